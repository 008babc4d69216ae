//! A network between an engine and its broker that can be cut: nothing passes any more, and nobody is told.

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// A way to one port of this machine.
pub struct Wire {
    pub port: u16,
    whole: watch::Sender<bool>,
}

impl Wire {
    /// A whole one.
    pub async fn to(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (whole, state) = watch::channel(true);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let state = state.clone();
                tokio::spawn(async move {
                    let far = TcpStream::connect(("127.0.0.1", target)).await.unwrap();
                    let ((from_near, to_near), (from_far, to_far)) =
                        (near.into_split(), far.into_split());
                    let there = pass(from_near, to_far, state.clone());
                    let back = pass(from_far, to_near, state);
                    tokio::join!(there, back);
                });
            }
        });
        Self { port, whole }
    }

    /// Cuts it.
    pub fn cut(&self) {
        self.whole.send_replace(false);
    }

    /// Mends it.
    pub fn mend(&self) {
        self.whole.send_replace(true);
    }
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut whole: watch::Receiver<bool>,
) {
    let mut bytes = vec![0; 1 << 16];
    loop {
        let Ok(read @ 1..) = from.read(&mut bytes).await else {
            return;
        };
        let gone = whole.wait_for(|whole| *whole).await.is_err();
        if gone || to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}
