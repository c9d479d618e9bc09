use std::path::PathBuf;

use metrics_registry::parse::MetricType;

use super::*;
use crate::forward::frame::{Layout, Series};
use crate::label_set::LabelSet;
use crate::store::STALE_BITS;

/// A sequence that is the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

fn layout(names: impl Iterator<Item = String>) -> Rc<Layout> {
    let series = names.map(|name| Series {
        kind: (name.len() % 2 == 0).then_some(MetricType::Counter),
        labels: LabelSet::of_metric(&name, [("job", "node")].into_iter()),
    });
    Rc::new(Layout {
        series: series.collect(),
    })
}

/// Scrapes of three targets, with series that come and go, times of their own and ends.
fn scrapes(count: usize) -> Vec<Rc<Frame>> {
    let mut random = Random(7);
    let mut layouts: Vec<_> = (0..3)
        .map(|target| layout((0..20).map(|n| format!("t{target}_m{n}"))))
        .collect();
    (0..count)
        .map(|number| {
            let target = number % 3;
            if random.below(10) == 0 {
                let old = &layouts[target];
                let mut series: Vec<Series> = old.series.to_vec();
                series.remove(random.below(series.len() as u64) as usize);
                let name = format!("t{target}_new{number}");
                series.push(layout(std::iter::once(name)).series[0].clone());
                layouts[target] = Rc::new(Layout {
                    series: series.into_boxed_slice(),
                });
            }
            let values = (0..20).map(|place| match place % 5 {
                0 => 7.0,
                1 => number as f64 * 100.0 + random.below(50) as f64,
                2 => random.below(100_000) as f64 / 100.0,
                3 => f64::from_bits(random.below(u64::MAX / 2) << 31),
                _ if random.below(9) == 0 => f64::from_bits(STALE_BITS),
                _ => -0.5,
            });
            Rc::new(Frame {
                layout: Rc::clone(&layouts[target]),
                at_ms: 1_700_000_000_000 + number as i64 * 1000 - i64::from(number % 50 == 7) * 5000,
                values: values.collect(),
                own_times: match number % 4 {
                    0 => Box::new([(3, 5), (17, i64::MAX)]),
                    _ => Box::default(),
                },
            })
        })
        .collect()
}

/// Everything of a frame that can be compared: values as their bits.
fn parts(frame: &Frame) -> (&Layout, i64, Vec<u64>, &[(u32, i64)]) {
    let bits = frame.values.iter().map(|value| value.to_bits()).collect();
    (&frame.layout, frame.at_ms, bits, &frame.own_times)
}

fn write(spill: &mut Spill, first: u64, frames: &[Rc<Frame>]) {
    let mut done = 0;
    while done < frames.len() {
        let rest = frames[done..].iter().cloned();
        let (write, result) = spill.write(first + done as u64, rest).unwrap().run();
        result.unwrap();
        done += write.frames.len();
        assert!(spill.written(&write, 0));
        spill.make_room(0);
        spill.advance(Position::default());
    }
}

/// Reads all there is, and gives it up.
fn read_all(spill: &mut Spill, mut position: Position) -> Vec<(u64, Rc<Frame>)> {
    let mut frames = Vec::new();
    while let Some(read) = spill.read() {
        spill.install(read.run(), position);
        for (number, frame) in spill.loaded() {
            frames.push((*number, Rc::clone(frame)));
            position.frame = number + 1;
        }
        for (number, frame) in spill.loaded().clone() {
            spill.take(number, frame.len());
        }
        spill.advance(position);
    }
    frames
}

#[track_caller]
fn assert_same(read: &[(u64, Rc<Frame>)], written: &[Rc<Frame>]) {
    assert_eq!(read.len(), written.len());
    for ((number, read), written) in read.iter().zip(written) {
        assert!(
            parts(read) == parts(written),
            "frame {number}: {read:?}, {written:?}"
        );
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap() != "offset")
        .collect();
    files.sort();
    files
}

#[test]
fn all_comes_back_over_many_segments_and_restarts() {
    let scrapes = scrapes(3_000);
    for bytes_max in [512 << 10, 64 << 20] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("receiver");
        let mut first = 0;
        for part in scrapes.chunks(700) {
            let (mut spill, position, next) = Spill::open(&folder, bytes_max).unwrap();
            assert_eq!((position.frame, next), (0, first));
            for some in part.chunks(90) {
                write(&mut spill, first, some);
                first += some.len() as u64;
            }
        }
        let (mut spill, position, next) = Spill::open(&folder, bytes_max).unwrap();
        assert_eq!(next, 3_000);
        assert_eq!(spill.samples(), 60_000);
        let read = read_all(&mut spill, position);
        assert_same(&read, &scrapes);
        assert_eq!(spill.samples(), 0);
        assert_eq!(spill.take_lost(), Lost::default());
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "nothing stays");
    }
}

#[test]
fn nothing_is_created_before_the_first_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b");
    Spill::open(&path, 1 << 20).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn two_do_not_use_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    let first = Spill::open(folder.path(), 1 << 20).unwrap();
    let error = Spill::open(folder.path(), 1 << 20).unwrap_err();
    assert_eq!(error.to_string(), "another process uses this folder");
    drop(first);
    Spill::open(folder.path(), 1 << 20).unwrap();
}

/// Three segments of five records each, and what is in them.
struct Three {
    scrapes: Vec<Rc<Frame>>,
    /// Names and content, in their order.
    files: Vec<(String, Vec<u8>)>,
}

fn three() -> Three {
    let scrapes = scrapes(300);
    let folder = tempfile::tempdir().unwrap();
    for (number, part) in scrapes.chunks(100).enumerate() {
        let (mut spill, ..) = Spill::open(folder.path(), 1 << 20).unwrap();
        for (record, some) in part.chunks(20).enumerate() {
            write(&mut spill, (number * 100 + record * 20) as u64, some);
        }
        spill.end_segment();
    }
    let files = files(folder.path()).into_iter().map(|path| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read(path).unwrap())
    });
    Three {
        files: files.collect(),
        scrapes,
    }
}

/// Damages the second segment, and reads. Whatever is done to it: the first and third come whole, and of the second
/// what stands before the damage.
#[track_caller]
fn damaged(three: &Three, damage: impl Fn(&mut Vec<u8>), is_open: bool) -> usize {
    let scrapes = &three.scrapes;
    let folder = tempfile::tempdir().unwrap();
    let mut path = PathBuf::new();
    for (number, (name, bytes)) in three.files.iter().enumerate() {
        let (mut name, mut bytes) = (name.clone(), bytes.clone());
        if number == 1 {
            damage(&mut bytes);
            if is_open {
                name = format!("{}.open", &name[..16]);
            }
            path = folder.path().join(&name);
        }
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let (mut spill, position, _) = Spill::open(folder.path(), 1 << 20).unwrap();
    let read = read_all(&mut spill, position);
    let kept = read.len() - 200;
    assert!(kept.is_multiple_of(20) && kept < 100, "{kept}");
    let expected = [&scrapes[..100 + kept], &scrapes[200..]].concat();
    assert_same(&read, &expected);
    let lost = spill.take_lost();
    // One that was open may end before its content is read, and then there.
    assert!(0 < lost.segments && lost.segments <= 1 + u64::from(is_open));
    if !is_open {
        assert_eq!(lost.damaged, (100 - kept as u64) * 20);
    }
    assert!(!path.exists());
    kept
}

#[test]
fn torn_segments_are_cut_at_the_last_good_record() {
    let three = three();
    for is_open in [false, true] {
        let damaged = |damage: &dyn Fn(&mut Vec<u8>)| damaged(&three, damage, is_open);
        assert_eq!(damaged(&|bytes| bytes.truncate(0)), 0);
        assert_eq!(damaged(&|bytes| bytes.truncate(19)), 0);
        assert_eq!(damaged(&|bytes| bytes.truncate(bytes.len() - 1)), 80);
        assert_eq!(damaged(&|bytes| bytes[..8].fill(0)), 0);
        // Pages that were not written before the power went.
        let zeros = |bytes: &mut Vec<u8>| {
            let half = bytes.len() / 2;
            bytes[half..].fill(0);
        };
        assert!(0 < damaged(&zeros));
    }
}

#[test]
fn any_flipped_bit_is_seen() {
    let three = three();
    let mut random = Random(3);
    for _ in 0..200 {
        let place = random.below(1 << 40) as usize;
        let flip = |bytes: &mut Vec<u8>| {
            let length = bytes.len();
            bytes[place / 8 % length] ^= 1 << (place % 8);
        };
        damaged(&three, flip, false);
        damaged(&three, flip, true);
    }
}

#[test]
fn what_follows_a_segment_that_was_cut_while_it_was_open_is_not_lost() {
    let scrapes = scrapes(60);
    let folder = tempfile::tempdir().unwrap();
    let (mut spill, ..) = Spill::open(folder.path(), 1 << 20).unwrap();
    write(&mut spill, 0, &scrapes[..20]);
    write(&mut spill, 20, &scrapes[20..40]);
    drop(spill);
    let path = files(folder.path())[0].clone();
    let length = path.metadata().unwrap().len();
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(length - 3).unwrap();
    let (mut spill, _, next) = Spill::open(folder.path(), 1 << 20).unwrap();
    assert_eq!(next, 20);
    write(&mut spill, next, &scrapes[40..]);
    drop(spill);
    let (mut spill, position, _) = Spill::open(folder.path(), 1 << 20).unwrap();
    assert_eq!(spill.take_lost(), Lost::default(), "counted once");
    let read = read_all(&mut spill, position);
    assert_same(&read, &[&scrapes[..20], &scrapes[40..]].concat());
}

#[test]
fn files_of_other_names_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["notes.txt", "x.seg", "1-2.seg", "5-4-3.seg", ".open", "zz.open"] {
        std::fs::write(folder.path().join(name), "x").unwrap();
    }
    let (mut spill, position, next) = Spill::open(folder.path(), 1 << 20).unwrap();
    assert_eq!((position, next), (Position::default(), 0));
    assert!(read_all(&mut spill, position).is_empty());
    assert_eq!(files(folder.path()).len(), 6);
}

#[test]
fn the_usual_sample_has_less_than_three_bytes() {
    // The mix of a node exporter: constants, counters, gauges with a few places; a write every 5 s, for a minute.
    let mut random = Random(1);
    let names =
        |target: usize| (0..1000).map(move |n| format!("fake_subsystem_metric_{n}_bytes_total_{target}"));
    let layouts: Vec<_> = (0..5).map(|target| layout(names(target))).collect();
    let mut values = vec![vec![0.0_f64; 1000]; 5];
    let folder = tempfile::tempdir().unwrap();
    let (mut spill, ..) = Spill::open(folder.path(), 64 << 20).unwrap();
    let mut number = 0;
    for write_number in 0..12 {
        let mut frames = Vec::new();
        for second in 0..5 {
            for (layout, values) in layouts.iter().zip(&mut values) {
                for (place, value) in values.iter_mut().enumerate() {
                    match place % 20 {
                        0..8 => {}
                        8..16 => *value += random.below(100) as f64,
                        _ => {
                            let power = [1e2, 1e3, 1e6][place % 3];
                            *value = ((*value + random.below(1_000_000) as f64 / 1e6 - 0.5) * power).round()
                                / power;
                        }
                    }
                }
                frames.push(Rc::new(Frame {
                    layout: Rc::clone(layout),
                    at_ms: (write_number * 5 + second) * 1000,
                    values: values.clone().into_boxed_slice(),
                    own_times: Box::default(),
                }));
            }
        }
        write(&mut spill, number, &frames);
        number += frames.len() as u64;
    }
    let bytes_each = spill.bytes() as f64 / spill.samples() as f64;
    assert!(bytes_each < 2.0, "{bytes_each}");
}

#[test]
fn what_is_fed_by_a_fuzzer_goes_the_same_way() {
    let three = three();
    for (_, bytes) in &three.files {
        assert_eq!(fuzzing::segment(bytes), 2_000);
        assert!(fuzzing::segment(&bytes[..bytes.len() - 1]) < 2_000);
    }
    assert_eq!(fuzzing::content(b""), 0);
}

#[test]
fn content_with_other_bytes_is_read_or_refused() {
    let mut raw = Vec::new();
    let mut encoder = encoder::Encoder::default();
    for frame in scrapes(60) {
        encoder.push(&mut raw, &frame);
    }
    assert_eq!(fuzzing::content(&raw), 1_200);
    let mut random = Random(11);
    let mut refused = 0;
    for _ in 0..1_000 {
        let mut changed = raw.clone();
        for _ in 0..=random.below(3) {
            let place = random.below(raw.len() as u64) as usize;
            changed[place] = random.below(256) as u8;
        }
        refused += usize::from(fuzzing::content(&changed) == 0);
    }
    assert!(0 < refused && refused < 1_000, "{refused}");
}
