//! What machine this is, for the first line of the log.

use sysinfo::{Product, System};

/// `Raspberry Pi 4 Model B Rev 1.4, Debian GNU/Linux 12, kernel 6.6.31+rpt-rpi-v8`; what is not known is left out.
///
/// Read from the running system's own `/sys`, `/etc` and uname, whatever `--path.*` say, and not kept.
#[must_use]
pub fn description() -> String {
    let system = match (System::name(), System::os_version()) {
        (Ok(name), Ok(version)) => Some(format!("{name} {version}")),
        (Ok(name), Err(_)) => Some(name),
        (Err(_), _) => None,
    };
    let kernel = System::kernel_version().map(|version| format!("kernel {version}"));
    let known = [Product::name().ok(), system, kernel.ok()];
    let known = known.into_iter().flatten().filter(|part| !part.is_empty());
    known.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_kernel_that_runs() {
        let release = rustix::system::uname().release().to_string_lossy().into_owned();
        let description = description();
        assert!(
            description.ends_with(&format!("kernel {release}")),
            "{description}"
        );
    }
}
