//! A network between agent and domain controller that fails on command.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

pub struct Proxy {
    pub address: SocketAddr,
    /// Requests that still get their answer; at 0 the next one is delivered, its answer is not.
    left: Arc<AtomicI64>,
}

impl Proxy {
    pub async fn to(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let left = Arc::new(AtomicI64::new(i64::MAX));
        let (target, counter) = (target.to_owned(), Arc::clone(&left));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(forward(client, target.clone(), Arc::clone(&counter)));
            }
        });
        Self { address, left }
    }

    /// Answers `requests` more requests, then swallows one answer and cuts the connection. Later ones work.
    pub fn cut_after(&self, requests: i64) {
        self.left.store(requests, Ordering::SeqCst);
    }
}

async fn forward(mut client: TcpStream, target: String, left: Arc<AtomicI64>) {
    let mut server = TcpStream::connect(target).await.unwrap();
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let (mut asked, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut cut = false;
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(1..) = read else { return };
                cut |= left.fetch_sub(1, Ordering::SeqCst) == 0;
                if server.write_all(&asked[..read.unwrap()]).await.is_err() { return }
            }
            read = server.read(&mut answered) => {
                let Ok(1..) = read else { return };
                // The server has done what was asked; the asker will not learn it.
                if cut { return }
                if client.write_all(&answered[..read.unwrap()]).await.is_err() { return }
            }
        }
    }
}
