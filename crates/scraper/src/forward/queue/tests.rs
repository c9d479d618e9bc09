use super::*;
use crate::label_set::LabelSet;
use crate::telemetry::forward::{Forwarding, Remote};

fn cells() -> Cells {
    Forwarding::default().cells(&Remote {
        remote_name: "r".into(),
        url: "u".into(),
    })
}

fn frame(at_ms: i64, series: usize) -> Rc<Frame> {
    let labels = (0..series).map(|n| LabelSet::of_metric(&format!("m{n}"), std::iter::empty()));
    Rc::new(Frame::ended(labels.collect(), at_ms))
}

fn queue(samples_max: usize, frames: usize) -> Queue {
    let queue = Queue::new(samples_max, cells());
    for at_ms in 0..frames {
        queue.push(frame(at_ms as i64, 4));
    }
    queue
}

fn stored_in(folder: &std::path::Path, bytes_max: u64) -> Queue {
    Queue::with_disk(100, cells(), Spill::open(folder, bytes_max).unwrap())
}

/// Moves all that is in memory to the disk.
fn store(queue: &Queue) {
    while let Some(write) = queue.write() {
        let (write, result) = write.unwrap().run();
        result.as_ref().unwrap();
        queue.written(&write, &result);
    }
}

fn dropped(queue: &Queue) -> u64 {
    queue.cells.borrow().queue_full.get()
}

fn show(batch: &Batch) -> String {
    let pieces: Vec<String> = batch
        .pieces
        .iter()
        .map(|(_, frame, range)| format!("{}[{}..{}]", frame.at_ms, range.start, range.end))
        .collect();
    pieces.join(" ")
}

#[tokio::test]
async fn the_oldest_go_when_it_is_full() {
    let queue = queue(10, 4);
    queue.push(frame(4, 4));
    assert_eq!(dropped(&queue), 12);
    assert_eq!(queue.samples(), 8);
    assert_eq!(show(&queue.front(100).await), "3[0..4] 4[0..4]");
}

#[tokio::test]
async fn frames_are_split_and_stay_until_they_are_removed() {
    let queue = queue(100, 3);
    let batch = queue.front(6).await;
    assert_eq!(show(&batch), "0[0..4] 1[0..2]");
    assert_eq!(show(&queue.front(6).await), "0[0..4] 1[0..2]");
    queue.remove(&batch);
    assert_eq!(queue.samples(), 6);
    let batch = queue.front(100).await;
    assert_eq!(show(&batch), "1[2..4] 2[0..4]");
    queue.remove(&batch);
    assert_eq!((queue.samples(), show(&queue.front(9).await).as_str()), (0, ""));
}

#[tokio::test]
async fn samples_on_their_way_are_not_counted_as_dropped() {
    let queue = queue(10, 2);
    let batch = queue.front(6).await;
    queue.push(frame(2, 4));
    queue.push(frame(3, 4));
    // Eight went, and six of them are with the receiver.
    assert_eq!(dropped(&queue), 2);
    assert_eq!(show(&queue.front(100).await), "2[0..4] 3[0..4]");
    queue.remove(&batch);
    assert_eq!(queue.samples(), 8);
}

#[tokio::test]
async fn what_is_on_disk_comes_before_what_is_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let queue = stored_in(&folder.path().join("r"), 1 << 20);
    queue.push(frame(0, 4));
    queue.push(frame(1, 4));
    let under_way = queue.front(3).await;
    store(&queue);
    queue.push(frame(2, 4));
    assert_eq!((queue.samples(), queue.samples_in_memory()), (12, 4));
    queue.remove(&under_way);
    assert_eq!(queue.samples(), 9);
    let batch = queue.front(100).await;
    assert_eq!(show(&batch), "0[3..4] 1[0..4]");
    queue.remove(&batch);
    assert!(!queue.is_stored());
    assert_eq!(std::fs::read_dir(folder.path().join("r")).unwrap().count(), 0);
    assert_eq!(show(&queue.front(100).await), "2[0..4]");
}

#[tokio::test]
async fn a_write_into_a_segment_that_goes_meanwhile_is_done_again() {
    let folder = tempfile::tempdir().unwrap();
    let queue = stored_in(folder.path(), 1 << 20);
    queue.push(frame(0, 4));
    store(&queue);
    queue.push(frame(1, 4));
    let under_way = queue.write().unwrap().unwrap();
    // The receiver takes all that was in the segment, which is removed.
    let batch = queue.front(100).await;
    assert_eq!(show(&batch), "0[0..4]");
    queue.remove(&batch);
    let (write, result) = under_way.run();
    queue.written(&write, &result);
    assert_eq!((queue.samples(), queue.samples_in_memory()), (4, 4));
    store(&queue);
    assert_eq!((queue.samples(), queue.samples_in_memory()), (4, 0));
    assert_eq!(show(&queue.front(100).await), "1[0..4]");
}

#[tokio::test]
async fn it_goes_on_at_the_same_sample_after_every_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (mut expected, mut got) = (Vec::new(), Vec::new());
    let mut at_ms = 0;
    for step in 1..200 {
        let queue = stored_in(folder.path(), 1 << 20);
        for _ in 0..step % 4 {
            queue.push(frame(at_ms, 4));
            expected.extend((0..4).map(|sample| (at_ms, sample)));
            at_ms += 1;
        }
        store(&queue);
        let before = queue.samples();
        let batch = queue.front(step % 7).await;
        for (_, frame, range) in &batch.pieces {
            got.extend(range.clone().map(|sample| (frame.at_ms, sample)));
        }
        queue.remove(&batch);
        assert_eq!(queue.samples(), before - batch.samples);
        assert_eq!(queue.samples(), expected.len() - got.len(), "in step {step}");
    }
    let queue = stored_in(folder.path(), 1 << 20);
    loop {
        let batch = queue.front(5).await;
        if batch.samples == 0 {
            break;
        }
        for (_, frame, range) in &batch.pieces {
            got.extend(range.clone().map(|sample| (frame.at_ms, sample)));
        }
        queue.remove(&batch);
    }
    assert_eq!(got, expected);
}

#[tokio::test]
async fn a_write_that_fails_leaves_everything_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let queue = stored_in(folder.path(), 1 << 20);
    for at_ms in 0..3 {
        queue.push(frame(at_ms, 4));
        if at_ms == 1 {
            store(&queue);
        }
    }
    let write = queue.write().unwrap().unwrap();
    queue.written(&write, &Err(io::Error::other("full")));
    assert_eq!((queue.samples(), queue.samples_in_memory()), (12, 4));
    store(&queue);
    assert_eq!(queue.samples_in_memory(), 0);
    for at_ms in 0..3 {
        let batch = queue.front(4).await;
        assert_eq!(show(&batch), format!("{at_ms}[0..4]"));
        queue.remove(&batch);
    }
}

#[tokio::test]
async fn beyond_the_limit_the_oldest_segments_go_and_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let queue = stored_in(folder.path(), 64 << 10);
    let names = |round: i64| {
        let name = move |n: i64| format!("m{}", (n + 31 * round) * 0x9e37_79b9 % 1_000_003);
        (0..50).map(move |n| LabelSet::of_metric(&name(n), std::iter::empty()))
    };
    for at_ms in 0..400 {
        queue.push(Rc::new(Frame::ended(names(at_ms).collect(), at_ms)));
        store(&queue);
    }
    let bytes = queue.disk(|disk| disk.bytes()).unwrap();
    assert!(bytes <= 64 << 10, "{bytes}");
    let mut got = 0;
    let mut last = None;
    loop {
        let batch = queue.front(1_000).await;
        let Some((_, frame, _)) = batch.pieces.last() else {
            break;
        };
        got += batch.samples as u64;
        last = Some(frame.at_ms);
        queue.remove(&batch);
    }
    assert_eq!(last, Some(399));
    assert!(0 < dropped(&queue));
    assert_eq!(got + dropped(&queue), 400 * 50);
}

/// A queue with the defaults: both the deadline of a batch and the sync interval are 5 s.
fn by_default() -> Queue {
    let queue = Queue::new(100, cells());
    queue.batch_deadline.set(Duration::from_secs(5));
    queue.sync_interval.set(Duration::from_secs(5));
    queue
}

#[tokio::test(start_paused = true)]
async fn nothing_is_in_memory_only_for_longer_than_the_sync_interval() {
    let second = Duration::from_secs(1);
    let soon = second / 2;
    let queue = by_default();
    assert!(!queue.is_due(soon));
    queue.push(frame(0, 4));
    assert_eq!(queue.batch_wait(), 2 * second, "the answer may take three");
    tokio::time::advance(2 * second).await;
    queue.refused_since.set(Some(Instant::now()));
    tokio::time::advance(2 * second).await;
    assert!(!queue.is_due(soon), "this request may still be answered");
    tokio::time::advance(soon).await;
    assert!(queue.is_due(soon), "{:?} without an answer", 5 * second);
    queue.refused_since.set(None);
    assert!(!queue.is_due(soon), "the receiver answers, and is only slow");
    queue.push(frame(0, 51));
    assert!(queue.is_due(soon), "there is too much");
}

#[tokio::test(start_paused = true)]
async fn a_long_deadline_of_the_owner_stays() {
    let second = Duration::from_secs(1);
    let queue = by_default();
    queue.batch_deadline.set(30 * second);
    assert_eq!(queue.batch_wait(), 30 * second);
    queue.push(frame(0, 4));
    tokio::time::advance(30 * second).await;
    assert!(!queue.is_due(second), "the receiver was not asked before");
    queue.refused_since.set(Some(Instant::now()));
    tokio::time::advance(3 * second).await;
    assert!(queue.is_due(second), "it does not answer");
    queue.sync_interval.set(Duration::ZERO);
    assert_eq!(queue.batch_wait(), 30 * second, "there is no disk");
}
