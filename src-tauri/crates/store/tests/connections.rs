//! The rules of stored connections, each by its name.

#![expect(clippy::unwrap_used, reason = "what breaks here breaks the test")]

use store::{ConnectionChange, ConnectionName, ConnectionTest, Store, StoreError};
use tempfile::TempDir;

fn store() -> (Store, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Store::open(&folder.path().join("gantry.db")).unwrap(), folder)
}

fn name(id: &str, environment: &str) -> ConnectionName {
    ConnectionName { id: id.to_owned(), environment: environment.to_owned() }
}

fn change(was: Option<ConnectionName>, to: ConnectionName, at: i64) -> ConnectionChange {
    ConnectionChange { was, name: to, spec: format!("{{\"at\":{at}}}"), at }
}

fn test(of: ConnectionName, is_ok: bool, at: i64) -> ConnectionTest {
    ConnectionTest { name: of, tested: format!("{{\"ok\":{is_ok}}}"), is_ok, at }
}

#[tokio::test]
async fn the_same_id_stands_once_in_each_environment() {
    let (store, _folder) = store();
    let (dev, production) = (name("shop", "dev"), name("shop", "production"));
    store.save_connection(change(None, dev.clone(), 1)).await.unwrap();
    store.save_connection(change(None, production.clone(), 2)).await.unwrap();
    let again = store.save_connection(change(None, dev.clone(), 3)).await;
    assert!(matches!(again, Err(StoreError::ConnectionExists { .. })), "{again:?}");
    // Nor can one be moved to where another is.
    let moved = store.save_connection(change(Some(dev.clone()), production.clone(), 4)).await;
    assert!(matches!(moved, Err(StoreError::ConnectionExists { .. })), "{moved:?}");
    let names: Vec<_> = store.connections().unwrap().into_iter().map(|row| row.name).collect();
    assert_eq!(names, [dev.clone(), production]);
    assert_eq!(store.connection(&dev).unwrap().spec, "{\"at\":1}");
}

#[tokio::test]
async fn a_connection_is_moved_with_its_spec_and_one_that_is_gone_is_said_to_be() {
    let (store, _folder) = store();
    let (from, to) = (name("shop", "dev"), name("store", "test"));
    store.save_connection(change(None, from.clone(), 1)).await.unwrap();
    store.save_connection(change(Some(from.clone()), to.clone(), 2)).await.unwrap();
    assert_eq!(store.connection(&to).unwrap().spec, "{\"at\":2}");
    let gone = StoreError::NotFound { what: "connection", id: "shop in dev".to_owned() };
    assert_eq!(store.connection(&from), Err(gone.clone()));
    assert_eq!(
        store.save_connection(change(Some(from.clone()), from.clone(), 3)).await,
        Err(gone.clone())
    );
    assert_eq!(store.keep_connection_test(test(from.clone(), true, 3)).await, Err(gone.clone()));
    assert_eq!(store.delete_connection(&from).await, Err(gone));
    store.delete_connection(&to).await.unwrap();
    assert_eq!(store.connections(), Ok(vec![]));
}

#[tokio::test]
async fn it_is_broken_since_the_first_test_that_failed() {
    let (store, _folder) = store();
    let shop = name("shop", "dev");
    store.save_connection(change(None, shop.clone(), 1)).await.unwrap();
    let tested = async |is_ok, at| {
        store.keep_connection_test(test(shop.clone(), is_ok, at)).await.unwrap();
        let row = store.connection(&shop).unwrap();
        (row.tested_at, row.broken_since)
    };
    assert_eq!(tested(false, 10).await, (Some(10), Some(10)));
    assert_eq!(tested(false, 20).await, (Some(20), Some(10)));
    assert_eq!(tested(true, 30).await, (Some(30), None));
    assert_eq!(tested(false, 40).await, (Some(40), Some(40)));
    // What was found out holds no more once the connection or a secret is another one.
    store.forget_connection_test(&shop).await.unwrap();
    let row = store.connection(&shop).unwrap();
    assert_eq!((row.tested, row.tested_at, row.broken_since), (None, None, None));
    assert_eq!(tested(false, 50).await, (Some(50), Some(50)));
    store.save_connection(change(Some(shop.clone()), shop.clone(), 60)).await.unwrap();
    assert_eq!(store.connection(&shop).unwrap().tested, None);
}
