//! What the firmware does against too little voltage and too much heat: the answer to `get_throttled`.
//!
//! The command only reads. The property of the same name takes a mask of remembered flags to forget; the kernel's hwmon
//! driver sends one every two seconds, and nothing here does.

/// The flags with their bits; each is there a second time 16 bits up, remembered until power is cut.
const FLAGS: [(u32, &str); 4] = [
    (1, "arm_frequency_capped"),
    (3, "soft_temp_limit"),
    (2, "throttled"),
    (0, "under_voltage"),
];
/// Where the remembered flags begin.
const REMEMBERED_BIT: u32 = 16;

/// The bits as the firmware gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Throttled(pub(super) u32);

impl Throttled {
    /// Reads `throttled=0x50005`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("throttled=0x")?;
        let bits = crate::number::hexadecimal(digits)?;
        u32::try_from(bits).ok().map(Self)
    }

    /// Each flag, whether it is set now, and whether it has been since power came on.
    pub(super) fn flags(self) -> impl Iterator<Item = (&'static str, bool, bool)> {
        let is_set = move |bit: u32| self.0 & (1 << bit) != 0;
        FLAGS
            .into_iter()
            .map(move |(bit, flag)| (flag, is_set(bit), is_set(bit + REMEMBERED_BIT)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn now_and_remembered() {
        let flags = |text| Throttled::parse(text).unwrap().flags().collect::<Vec<_>>();
        assert_eq!(
            flags("throttled=0x50005"),
            [
                ("arm_frequency_capped", false, false),
                ("soft_temp_limit", false, false),
                ("throttled", true, true),
                ("under_voltage", true, true),
            ]
        );
        assert!(flags("throttled=0xe0000").iter().all(|(_, now, _)| !now));
    }

    #[test]
    fn garbage() {
        for text in [
            "",
            "throttled=",
            "throttled=0x",
            "0x50005",
            "throttled=0x1ffffffff",
            "throttled=0x-1",
        ] {
            assert_eq!(Throttled::parse(text), None, "{text}");
        }
    }
}
