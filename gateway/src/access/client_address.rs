//! Where a request comes from: the socket says; `X-Forwarded-For` only if the socket is a configured proxy's.

use axum::http::HeaderMap;
use std::net::IpAddr;

/// The nearest address that is not one of our own proxies'.
pub(crate) fn client_address(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    let is_proxy = |address: IpAddr| proxies.contains(&address.to_canonical());
    if !is_proxy(peer) {
        return peer.to_canonical();
    }
    // Every proxy appends whom it heard from: read from the right, believe as far as we know the proxies.
    let mut nearest = peer;
    let hops: Vec<_> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    for hop in hops.join(",").rsplit(',') {
        let Ok(address) = hop.trim().parse::<IpAddr>() else {
            break;
        };
        nearest = address;
        if !is_proxy(address) {
            break;
        }
    }
    nearest.to_canonical()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_configured_proxy_is_believed() {
        let proxies = [IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2])];
        let from = |peer: [u8; 4], forwarded: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
            client_address(peer.into(), &headers, &proxies).to_string()
        };
        assert_eq!(from([192, 0, 2, 9], "203.0.113.5"), "192.0.2.9");
        assert_eq!(from([10, 0, 0, 1], "203.0.113.5"), "203.0.113.5");
        assert_eq!(
            from([10, 0, 0, 1], "6.6.6.6, 203.0.113.5, 10.0.0.2"),
            "203.0.113.5"
        );
        assert_eq!(from([10, 0, 0, 1], "nonsense"), "10.0.0.1");
    }
}
