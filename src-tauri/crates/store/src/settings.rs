//! What the user chose, by key, as JSON texts. Not what the keys mean.

use rusqlite::params;

use crate::{Store, StoreError};

impl Store {
    /// All settings with their JSON texts, by key.
    pub fn settings(&self) -> Result<Vec<(String, String)>, StoreError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT key, value FROM settings ORDER BY key")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Sets one; the value is JSON text.
    pub async fn set_setting(&self, key: &str, value: &str) -> Result<(), StoreError> {
        let (key, value) = (key.to_owned(), value.to_owned());
        let commit = self.writer.send(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO settings (key, value) VALUES (?1, ?2)
                     ON CONFLICT (key) DO UPDATE SET value = ?2",
                )?
                .execute(params![key, value])?;
            Ok(())
        });
        commit.await.done().await
    }
}
