//! The swap, when others are in its way.

use super::*;
use crate::{database::ViewDatabase, fresh};
use std::time::Duration;

#[tokio::test]
async fn a_swap_that_comes_too_early_needs_no_second_connection_to_find_out() {
    let Some(views) = fresh::postgres().await else {
        return;
    };
    let beginning = Place::beginning(1);
    let mut rebuild = Rebuild {
        views: &views,
        targets: vec![],
        at: beginning.clone(),
        failure: None,
        foreign: vec![],
    };
    rebuild.begin(&[0]).await.unwrap();
    let (page, index) = (views.0.store.read(0, 10).await.unwrap(), 0);
    let to = history::place(&views.0.store, 3, 1).await.unwrap();
    let kept = [Target {
        index,
        generation: 1,
    }];
    let page: Vec<_> = page.iter().collect();
    views.apply(&kept, &page, &beginning, &to).await.unwrap();
    let ViewDatabase::Postgres(pool) = views.database() else {
        panic!("PostgreSQL");
    };
    // All but one are with those who wait for what the swap has locked.
    let mut others = Vec::new();
    for _ in 1..fresh::CONNECTIONS {
        others.push(pool.acquire().await.unwrap());
    }
    let swapped = tokio::time::timeout(Duration::from_secs(5), rebuild.swap()).await;
    assert!(!swapped.expect("it waits for nobody").unwrap());
}
