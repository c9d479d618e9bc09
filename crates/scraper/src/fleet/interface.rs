//! Which network interfaces carry the machine's own traffic, by their names.

/// Beginnings of the names of interfaces whose traffic is not the machine's own, or passes a second one and would count twice.
const NOT_PHYSICAL: [&str; 25] = [
    "bond",
    "br-",
    "bridge",
    "cali",
    "cbr",
    "cilium",
    "cni",
    "docker",
    "dummy",
    "flannel",
    "ifb",
    "ip6tnl",
    "kube",
    "lxc",
    "nerdctl",
    "nodelocal",
    "podman",
    "sit",
    "tailscale",
    "tap",
    "team",
    "tun",
    "utun",
    "veth",
    "virbr",
];
/// The same, where a number follows; longer names are others (`wgs0` would be a wireless card).
const NOT_PHYSICAL_NUMBERED: [&str; 5] = ["br", "lo", "vlan", "wg", "zt"];

/// Whether an interface is a card of the machine; a VLAN (`eth0.10`) is part of one.
pub fn is_physical(device: &str) -> bool {
    let numbered = |prefix: &&str| {
        let number = device.strip_prefix(*prefix);
        number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    !(device.contains(['.', '@'])
        || NOT_PHYSICAL.iter().any(|prefix| device.starts_with(prefix))
        || NOT_PHYSICAL_NUMBERED.iter().any(numbered))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn physical_interfaces() {
        for device in [
            "eth0",
            "end0",
            "enp1s0",
            "enx00e04c680001",
            "wlan0",
            "wlp2s0",
            "usb0",
            "ppp0",
            "wwan0",
            "lan1",
            "loracard",
        ] {
            assert!(is_physical(device), "{device}");
        }
        for device in [
            "lo",
            "lo0",
            "veth1a2b",
            "docker0",
            "br-5f2e",
            "br0",
            "cni0",
            "flannel.1",
            "cali12",
            "wg0",
            "eth0.10",
            "vlan7",
            "tun0",
            "bond0",
            "virbr0",
            "kube-ipvs0",
            "tailscale0",
            "veth0@if2",
        ] {
            assert!(!is_physical(device), "{device}");
        }
    }
}
