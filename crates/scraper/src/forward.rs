//! What leaves for the receivers.
//!
//! Every scrape gives [`frame::Frame`]s; each receiver has a [`queue::Queue`] of them.

pub mod frame;
pub mod queue;

use std::cell::RefCell;
use std::rc::Rc;

use self::frame::Frame;
use self::queue::Queue;

/// The queues of all receivers.
#[derive(Debug, Default)]
pub struct Forward {
    queues: RefCell<Vec<Rc<Queue>>>,
}

impl Forward {
    /// Whether there is any receiver; without one no frame need be made.
    pub fn is_on(&self) -> bool {
        !self.queues.borrow().is_empty()
    }

    /// Puts samples into every queue.
    pub fn push(&self, frame: Frame) {
        if frame.is_empty() {
            return;
        }
        let frame = Rc::new(frame);
        for queue in self.queues.borrow().iter() {
            queue.push(Rc::clone(&frame));
        }
    }

    /// Takes the queues of a new configuration.
    pub fn set_queues(&self, queues: Vec<Rc<Queue>>) {
        self.queues.replace(queues);
    }
}
