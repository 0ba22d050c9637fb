//! Writes whole files so that a crash leaves the old or the new one, and lets one process write at
//! a time. Not what is in the files.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Waits until no other process writes in this folder, and keeps them waiting while it is held.
#[derive(Debug)]
pub(crate) struct Turn {
    _file: File,
}

impl Turn {
    /// Waits for it. Makes the folder where there is none.
    pub(crate) fn wait(folder: &Path) -> io::Result<Self> {
        Ok(Self { _file: lock(folder, "vault.lock")? })
    }
}

/// Locks a file that is there for that only, waiting for whoever has it. Makes the folder where
/// there is none.
pub(crate) fn lock(folder: &Path, name: &str) -> io::Result<File> {
    fs::create_dir_all(folder)?;
    let file = private().create(true).truncate(false).open(folder.join(name))?;
    file.lock()?;
    Ok(file)
}

/// Puts a file in place of the old one; once this returns, it is on the disk. Only the user may
/// read it. Whoever calls it has the [`Turn`].
pub(crate) fn replace(folder: &Path, name: &str, bytes: &[u8], _turn: &Turn) -> io::Result<()> {
    // What a process that was killed left behind is of nobody else, who would not have the turn.
    let beside = folder.join(format!("{name}.new"));
    match fs::remove_file(&beside) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
        _ => {}
    }
    let mut file = private().create_new(true).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&beside, folder.join(name))?;
    sync_folder(folder)
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// On Unix a rename is on the disk once the folder is; elsewhere folders cannot be opened so.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
