use super::*;

fn rendered(text: &str) -> Rendered {
    let half = text.len() / 2;
    Rendered {
        text: text.as_bytes().to_vec(),
        ends: vec![half as u32, text.len() as u32],
        ..Rendered::default()
    }
}

/// Both families, one behind the other.
fn text(objects: &mut Objects) -> String {
    let blocks: Vec<_> = objects.blocks().collect();
    let family = |family| blocks.iter().flat_map(move |block| block.family(family).to_vec());
    String::from_utf8(family(0).chain(family(1)).collect()).unwrap()
}

/// What should be there: objects by key.
type Known = BTreeMap<String, String>;

#[track_caller]
fn check(objects: &mut Objects, known: &Known) {
    let halves = |text: &String| {
        (
            text[..text.len() / 2].to_owned(),
            text[text.len() / 2..].to_owned(),
        )
    };
    let (first, second): (String, String) = known.values().map(halves).unzip();
    assert_eq!(text(objects), first + &second);
    assert_eq!(objects.len(), known.len());
    for leaf in &objects.leaves {
        assert!((1..=OBJECTS_MAX).contains(&leaf.keys.len()));
        assert_eq!(leaf.block.places().count(), leaf.keys.len());
    }
}

/// Numbers that look like chance and are the same in every run.
fn numbers(mut state: u64) -> impl FnMut(u64) -> u64 {
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) % below
    }
}

#[test]
fn many_changes_leave_what_was_put() {
    let mut next = numbers(7);
    let (mut objects, mut known) = (Objects::default(), Known::new());
    for step in 0..4_000 {
        let key = format!("n/{:03}", next(200));
        if next(4) == 0 {
            assert_eq!(objects.remove(&key), known.remove(&key).is_some());
        } else {
            // Now and then the same again.
            let lines = format!("{key} {}\n", next(3));
            let is_new = known.insert(key.clone(), lines.clone()) != Some(lines.clone());
            assert_eq!(objects.put(key, &rendered(&lines)), is_new);
        }
        match step % 37 {
            0 => check(&mut objects, &known),
            5 => objects.settle(),
            _ => assert_eq!(objects.len(), known.len()),
        }
    }
    let keys: Vec<_> = known.keys().cloned().collect();
    for key in keys {
        assert!(objects.remove(&key));
    }
    check(&mut objects, &Known::new());
    assert!(objects.leaves.is_empty());
}

#[test]
fn a_list_in_order_fills_its_blocks() {
    let mut objects = Objects::default();
    for number in 0..OBJECTS * 10 {
        objects.put(
            format!("{number:05}"),
            &rendered(&"x".repeat(WAITING_BYTES_MAX / 30)),
        );
    }
    objects.settle();
    assert!((10..=12).contains(&objects.leaves.len()));
}

#[test]
fn a_block_on_its_way_does_not_change() {
    let mut objects = Objects::default();
    objects.put("a".to_owned(), &rendered("old!"));
    let before: Vec<_> = objects.blocks().collect();
    assert!(objects.put("a".to_owned(), &rendered("new!")));
    assert_eq!(text(&mut objects), "new!");
    assert_eq!([before[0].family(0), before[0].family(1)], [b"ol", b"d!"]);
}

#[test]
fn another_list_is_taken_over_whole() {
    let mut objects = Objects::default();
    for key in ["a", "b", "c"] {
        objects.put(key.to_owned(), &rendered("1234"));
    }
    let next = |entries: &[(&str, Option<&str>)]| -> BTreeMap<Box<str>, Option<Block>> {
        let block = |lines: &&str| Block::one(&rendered(lines));
        let entry = |(key, lines): &(&str, Option<&str>)| (Box::from(*key), lines.as_ref().map(block));
        entries.iter().map(entry).collect()
    };
    assert!(!objects.become_like(next(&[("a", None), ("b", None), ("c", None)])));
    assert!(objects.become_like(next(&[("a", None), ("c", Some("5678")), ("d", Some("90"))])));
    assert_eq!((text(&mut objects).as_str(), objects.len()), ("1256934780", 3));
    assert!(objects.become_like(next(&[])));
    assert_eq!((text(&mut objects).as_str(), objects.len()), ("", 0));
}
