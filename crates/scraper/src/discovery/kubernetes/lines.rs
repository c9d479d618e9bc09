//! Lines of a body as it arrives.

use http_body_util::BodyExt as _;
use http_client::reason::chain;
use kube::client::Body;

/// Longest line: an object may have 1.5 MB, and its JSON more than that.
const LINE_BYTES_MAX: usize = 8 << 20;

/// A body, cut into lines.
#[derive(Debug)]
pub struct Lines {
    body: Body,
    waiting: Vec<u8>,
    /// Where in `waiting` no line end is, so that it is not looked for again.
    searched: usize,
}

impl Lines {
    /// Reads nothing yet.
    pub fn new(body: Body) -> Self {
        Self {
            body,
            waiting: Vec::new(),
            searched: 0,
        }
    }

    /// The next line without its end; `None` after the last. What has no line end is no line.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, String> {
        loop {
            let unseen = self.waiting.get(self.searched..).unwrap_or_default();
            if let Some(at) = memchr::memchr(b'\n', unseen) {
                let rest = self.waiting.split_off(self.searched + at + 1);
                let mut line = std::mem::replace(&mut self.waiting, rest);
                line.pop();
                self.searched = 0;
                return Ok(Some(line));
            }
            self.searched = self.waiting.len();
            if LINE_BYTES_MAX < self.waiting.len() {
                return Err(format!("a line of more than {LINE_BYTES_MAX} bytes"));
            }
            match self.body.frame().await {
                None => return Ok(None),
                Some(Err(error)) => return Err(chain(&error)),
                Some(Ok(frame)) => {
                    if let Some(piece) = frame.data_ref() {
                        self.waiting.extend_from_slice(piece);
                    }
                }
            }
        }
    }
}
