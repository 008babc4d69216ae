//! Waiting without going to sleep, for what comes within a fraction of a millisecond: being woken takes as long again.

use std::{
    pin::pin,
    task::Poll,
    time::{Duration, Instant},
};
use tokio::task::yield_now;

/// What `work` comes to. For so long it is asked again and again, while others of this process have their turns; then it
/// is waited for as anything else.
pub(crate) async fn awake<T>(work: impl Future<Output = T>, at_most: Duration) -> T {
    let mut work = pin!(work);
    let began = Instant::now();
    while began.elapsed() < at_most {
        if let Poll::Ready(done) = futures::poll!(&mut work) {
            return done;
        }
        yield_now().await;
    }
    work.await
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn what_others_of_the_process_do_meanwhile_is_done_and_noticed() {
        let (tell, told) = oneshot::channel();
        tokio::spawn(async move { tell.send(7) });
        let began = Instant::now();
        assert_eq!(awake(told, Duration::from_secs(60)).await, Ok(7));
        assert!(began.elapsed() < Duration::from_secs(30));
    }
}
