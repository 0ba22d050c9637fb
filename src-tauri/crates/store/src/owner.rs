//! Which process a run belongs to: each holds a lock on a small file beside the database for as
//! long as it lives, so that the runs of one that died can be told from those of one at work.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

#[derive(Debug)]
pub(crate) struct Owner {
    database: PathBuf,
    held: OnceLock<(String, Option<File>)>,
}

impl Owner {
    pub(crate) fn new(database: &Path) -> Self {
        Self { database: database.to_owned(), held: OnceLock::new() }
    }

    /// This process's name as an owner; the lock is taken with the first call.
    pub(crate) fn name(&self) -> &str {
        let (name, _) = self.held.get_or_init(|| {
            // A process may open several databases, or one twice: the number tells them apart.
            static OPENED: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
            let n = OPENED.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let name = format!("{}-{n}", std::process::id());
            let file = File::create(lock_path(&self.database, &name))
                .ok()
                .filter(|file| file.try_lock().is_ok());
            (name, file)
        });
        name
    }

    /// Whether the process of that name is at work no more.
    pub(crate) fn is_gone(&self, name: &str) -> bool {
        if self.held.get().is_some_and(|(own, _)| own == name) {
            return false;
        }
        let path = lock_path(&self.database, name);
        let Ok(file) = File::open(&path) else { return true };
        let gone = file.try_lock().is_ok();
        if gone {
            // A leftover of a process that was killed.
            let _ = std::fs::remove_file(&path);
        }
        gone
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        if let Some((name, Some(_))) = self.held.take() {
            let _ = std::fs::remove_file(lock_path(&self.database, &name));
        }
    }
}

fn lock_path(database: &Path, owner: &str) -> PathBuf {
    let mut name = database.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{owner}.lock"));
    database.with_file_name(name)
}
