//! The form of `/proc/mdstat`: a line for each array, and lines below it that are indented.
//!
//! ```text
//! md6 : active raid1 sdb2[2](F) sdc[1](S) sda2[0]
//!       195310144 blocks super 1.2 [2/1] [U_]
//!       [=>...................]  recovery =  8.5% (16775552/195310144) finish=17.0min speed=259783K/sec
//!       bitmap: 0/30 pages [0KB], 65536KB chunk
//! ```

use crate::Error;

/// Below procfs.
pub(super) const FILE: &str = "mdstat";

/// What an array does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Activity {
    Active,
    Inactive,
    Checking,
    Recovering,
    Reshaping,
    Resyncing,
}

/// One array. Blocks have 1024 bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Array<'a> {
    /// `md0`.
    pub(super) name: &'a str,
    pub(super) activity: Activity,
    pub(super) disks_active: u64,
    pub(super) disks_required: u64,
    pub(super) disks_failed: u64,
    pub(super) disks_spare: u64,
    pub(super) blocks: u64,
    /// As many as `blocks` where nothing is to be done, and 0 where it has not begun.
    pub(super) blocks_synced: u64,
}

/// Gives each array to `each`.
///
/// Fails with `Parse` on a line that begins no array, and still gives the others.
pub(super) fn parse<'a>(text: &'a str, each: &mut dyn FnMut(Array<'a>)) -> Result<(), Error> {
    let mut result = Ok(());
    let mut array = None;
    let mut has_size = false;
    for (index, line) in text.lines().enumerate() {
        if line.starts_with([' ', '\t']) {
            match &mut array {
                Some((array, _)) if has_size => set_progress(array, line),
                Some((array, has_redundancy)) => has_size = set_size(array, *has_redundancy, line),
                None => {}
            }
            continue;
        }
        if let Some((array, _)) = array.take() {
            each(array);
        }
        has_size = false;
        if line.is_empty() || line.starts_with("Personalities") || line.starts_with("unused") {
            continue;
        }
        array = begin(line);
        if array.is_none() {
            result = Err(Error::parse(FILE, index + 1, line));
        }
    }
    if let Some((array, _)) = array {
        each(array);
    }
    result
}

/// Reads the first line of an array, and whether its level can lose a disk.
fn begin(line: &str) -> Option<(Array<'_>, bool)> {
    let mut words = line.split_ascii_whitespace();
    let (name, colon, state) = (words.next()?, words.next()?, words.next()?);
    let activity = match (colon, state) {
        (":", "active") => Activity::Active,
        (":", "inactive") => Activity::Inactive,
        _ => return None,
    };
    let mut array = Array {
        name,
        activity,
        disks_active: 0,
        disks_required: 0,
        disks_failed: 0,
        disks_spare: 0,
        blocks: 0,
        blocks_synced: 0,
    };
    let mut has_redundancy = true;
    let mut disks = 0;
    for word in words {
        // A disk is `sda1[0]`, and what is peculiar about it follows in parentheses.
        if word.contains('[') {
            disks += 1;
            array.disks_failed += u64::from(word.contains("(F)"));
            array.disks_spare += u64::from(word.contains("(S)"));
        } else if word == "raid0" || word == "linear" {
            has_redundancy = false;
        }
    }
    if !has_redundancy {
        array.disks_active = disks;
        array.disks_required = disks;
    }
    Some((array, has_redundancy))
}

/// Reads `195310144 blocks super 1.2 [2/1] [U_]`, and says whether the line is of this form.
fn set_size(array: &mut Array<'_>, has_redundancy: bool, line: &str) -> bool {
    let mut words = line.split_ascii_whitespace();
    let blocks = words.next().and_then(|word| word.parse().ok());
    let (Some(blocks), Some("blocks")) = (blocks, words.next()) else {
        return false;
    };
    array.blocks = blocks;
    array.blocks_synced = blocks;
    if has_redundancy && array.activity != Activity::Inactive {
        let disks = |word: &str| fraction(word.strip_prefix('[')?.strip_suffix(']')?);
        if let Some((required, active)) = words.find_map(disks) {
            array.disks_required = required;
            array.disks_active = active;
        }
    }
    true
}

/// Reads `[=>…]  recovery =  8.5% (16775552/195310144) finish=…` or `resync=DELAYED`; other lines say nothing.
fn set_progress(array: &mut Array<'_>, line: &str) {
    let activities = [
        ("recovery", Activity::Recovering),
        ("reshape", Activity::Reshaping),
        ("check", Activity::Checking),
        ("resync", Activity::Resyncing),
    ];
    let found = activities.into_iter().find(|(word, _)| line.contains(word));
    let Some((_, activity)) = found else { return };
    array.activity = activity;
    let blocks = |word: &str| fraction(word.strip_prefix('(')?.strip_suffix(')')?);
    let progress = line.split_ascii_whitespace().find_map(blocks);
    array.blocks_synced = progress.map_or(0, |(synced, _)| synced);
}

fn fraction(text: &str) -> Option<(u64, u64)> {
    let (first, second) = text.split_once('/')?;
    Some((first.parse().ok()?, second.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let mut found = String::new();
        let result = parse(text, &mut |array| {
            let Array {
                name,
                activity,
                disks_active,
                disks_required,
                disks_failed,
                disks_spare,
                blocks,
                blocks_synced,
            } = array;
            writeln!(
                found,
                "{name} {activity:?} {disks_active}/{disks_required} failed {disks_failed} spare {disks_spare} \
                 blocks {blocks_synced}/{blocks}"
            )
            .unwrap();
        });
        if let Err(error) = result {
            writeln!(found, "{error}").unwrap();
        }
        expect.assert_eq(&found);
    }

    #[test]
    fn levels_with_redundancy() {
        check(
            "\
Personalities : [raid1] [raid6] [raid5] [raid4] [raid10]
md3 : active raid6 sda1[8] sdh1[7] sdg1[6] sdf1[5] sde1[11] sdd1[3] sdc1[10] sdb1[9] sdd1[10](S) sdd2[11](S)
      5853468288 blocks super 1.2 level 6, 64k chunk, algorithm 2 [8/8] [UUUUUUUU]

md127 : active raid1 sdi2[0] sdj2[1]
      312319552 blocks [2/2] [UU]

md4 : inactive raid1 sda3[0](F) sdb3[1](S)
      4883648 blocks [2/2] [UU]

md7 : active raid6 sdb1[0] sde1[3] sdd1[2] sdc1[1](F)
      7813735424 blocks super 1.2 level 6, 512k chunk, algorithm 2 [4/3] [U_UU]
      bitmap: 0/30 pages [0KB], 65536KB chunk

unused devices: <none>
",
            expect![[r#"
                md3 Active 8/8 failed 0 spare 2 blocks 5853468288/5853468288
                md127 Active 2/2 failed 0 spare 0 blocks 312319552/312319552
                md4 Inactive 0/0 failed 1 spare 1 blocks 4883648/4883648
                md7 Active 3/4 failed 1 spare 0 blocks 7813735424/7813735424
            "#]],
        );
    }

    #[test]
    fn levels_without_redundancy() {
        check(
            "\
md10 : active raid0 sda1[0] sdb1[1]
       314159265 blocks 64k chunks

md126 : active raid0 sdb[1] sdc[0]
      1855870976 blocks super external:/md127/0 128k chunks

md219 : inactive sdb[2](S) sdc[1](S) sda[0](S)
        7932 blocks super external:imsm

md120 : active linear sda1[1] sdb1[0]
        2095104 blocks super 1.2 0k rounding

md101 : active (read-only) raid0 sdb[2] sdd[1] sdc[0]
      322560 blocks super 1.2 512k chunks
",
            expect![[r#"
                md10 Active 2/2 failed 0 spare 0 blocks 314159265/314159265
                md126 Active 2/2 failed 0 spare 0 blocks 1855870976/1855870976
                md219 Inactive 0/0 failed 0 spare 3 blocks 7932/7932
                md120 Active 2/2 failed 0 spare 0 blocks 2095104/2095104
                md101 Active 3/3 failed 0 spare 0 blocks 322560/322560
            "#]],
        );
    }

    #[test]
    fn running_and_waiting_synchronisations() {
        check(
            "\
md6 : active raid1 sdb2[2](F) sdc[1](S) sda2[0]
      195310144 blocks [2/1] [U_]
      [=>...................]  recovery =  8.5% (16775552/195310144) finish=17.0min speed=259783K/sec

md8 : active raid1 sdb1[1] sda1[0] sdc[2](S) sde[3](S)
      195310144 blocks [2/2] [UU]
      [=>...................]  resync =  8.5% (16775552/195310144) finish=17.0min speed=259783K/sec
      bitmap: 3/4 pages [12KB], 65536KB chunk

md201 : active raid1 sda3[0] sdb3[1]
      1993728 blocks super 1.2 [2/2] [UU]
      [=>...................]  check =  5.7% (114176/1993728) finish=0.2min speed=114176K/sec

md5 : active raid5 sdc[3] sdb[1] sda[0]
      1046528 blocks super 1.2 level 5, 512k chunk, algorithm 2 [3/3] [UUU]
      [>....................]  reshape =  1.2% (12560/1046528) finish=1.3min speed=12560K/sec

md9 : active raid1 sdc2[2] sdd2[3] sdb2[1] sda2[0] sde[4](F) sdf[5](F) sdg[6](S)
      523968 blocks super 1.2 [4/4] [UUUU]
      \tresync=DELAYED

md11 : active (auto-read-only) raid1 sdb2[0] sdc2[1] sdc3[2](F) hda[4](S) ssdc2[3](S)
      4190208 blocks super 1.2 [2/2] [UU]
      \tresync=PENDING

md12 : active raid1 sda[0] sdb[1]
      4190208 blocks super 1.2 [2/2] [UU]
      \tresync=REMOTE
",
            expect![[r#"
                md6 Recovering 1/2 failed 1 spare 1 blocks 16775552/195310144
                md8 Resyncing 2/2 failed 0 spare 2 blocks 16775552/195310144
                md201 Checking 2/2 failed 0 spare 0 blocks 114176/1993728
                md5 Reshaping 3/3 failed 0 spare 0 blocks 12560/1046528
                md9 Resyncing 4/4 failed 2 spare 1 blocks 0/523968
                md11 Resyncing 2/2 failed 1 spare 2 blocks 0/4190208
                md12 Resyncing 2/2 failed 0 spare 0 blocks 0/4190208
            "#]],
        );
    }

    #[test]
    fn truncated_huge_and_garbage() {
        check("", expect![[""]]);
        check(
            "md0 : active raid1 sda[0]",
            expect![[r#"
            md0 Active 0/0 failed 0 spare 0 blocks 0/0
        "#]],
        );
        check(
            "md0 : inactive\n       \n\nmd1\n",
            expect![[r#"
            md0 Inactive 0/0 failed 0 spare 0 blocks 0/0
            parse mdstat line 4: "md1"
        "#]],
        );
        check(
            "md0 : active raid1 sda[0]\n 99999999999999999999 blocks [2/2] [UU]\n [2/2] resync = (1/\n",
            expect![[r#"
                md0 Active 0/0 failed 0 spare 0 blocks 0/0
            "#]],
        );
        check(
            "md0 : active raid1 sda[0]\n 10 blocks [2/ [2/99999999999999999999] [/] []\n",
            expect![[r#"
                md0 Active 0/0 failed 0 spare 0 blocks 10/10
            "#]],
        );
        check(
            " 10 blocks\n\u{fffd}\u{fffd}\nmd0 is active\n",
            expect![[r#"
            parse mdstat line 3: "md0 is active"
        "#]],
        );
    }
}
