//! The topologies of docs/TOPOLOGIES.md, each started by `lab/lab.sh` as `make lab` does, with the configurations that an
//! operator would write: the story of the spine passes in each, and where every part is there twice, it passes again after
//! the loss of one of each, with nothing doubled and nothing lost.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs
)]

mod document;
mod losses;
mod story;

use losses::lose_one_of_everything;
use story::Story;
use tenure_tests::topology::Topology;

/// Everything once: the story passes.
async fn passes(name: &'static str) {
    let Some(lab) = Topology::start(name).await else {
        return;
    };
    document::shows_what_the_lab_makes(name, &lab);
    let story = Story::begin(&lab, &lab.with("core")[0]).await;
    for domain in lab.domains() {
        let account = story.tell(&domain).await;
        story.account_is_everywhere(&account).await;
    }
    if !lab.with("leaf").is_empty() {
        story
            .who_is_disabled_is_cut_off_at_the_site(&lab.domains()[0])
            .await;
    }
    story.history_is_whole();
}

/// Everything twice: it passes, and again when one of everything is gone.
async fn survives(name: &'static str) {
    let Some(lab) = Topology::start(name).await else {
        return;
    };
    document::shows_what_the_lab_makes(name, &lab);
    let story = Story::begin(&lab, &lab.with("core")[0]).await;
    let (mut accounts, mut waiting) = (Vec::new(), Vec::new());
    for domain in lab.domains() {
        accounts.push(story.tell(&domain).await);
        waiting.push(story.ask(&domain).await);
    }
    for account in &accounts {
        story.account_is_everywhere(account).await;
    }

    let left = lose_one_of_everything(&lab).await;

    let story = Story::go_on(&lab, &left).await;
    for asked in waiting {
        accounts.push(story.approve(asked).await);
    }
    for domain in lab.domains() {
        accounts.push(story.tell(&domain).await);
    }
    for account in &accounts {
        story.account_is_everywhere(account).await;
    }
    story.has_exactly(&accounts).await;
    story.history_is_whole();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_story_passes_in_a_single_domain() {
    passes("single").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_story_passes_in_several_domains() {
    passes("multi").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_story_passes_at_sites_that_reach_one_port_of_the_centre() {
    passes("sites").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_domain_survives_the_loss_of_one_of_everything() {
    survives("single-ha").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_domains_survive_the_loss_of_one_of_everything() {
    survives("multi-ha").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sites_survive_the_loss_of_one_of_everything() {
    survives("sites-ha").await;
}
