//! Reading the API server: one reader for each kind of object and namespace.
//!
//! | module       | holds                                                                             |
//! |--------------|-----------------------------------------------------------------------------------|
//! | [`reader`]   | fills a part of the store and keeps it filled: streaming list, paged list, watch    |
//! | [`request`]  | the paths and queries that are asked, and in which format                          |
//! | [`frames`]   | cuts the body of a watch into events, in protobuf and in JSON                      |
//! | [`event`]    | one event: what happened, and the object in it                                     |
//! | [`list`]     | one page of a list                                                                 |
//! | [`status`]   | why the server refused                                                             |
//! | [`proto`]    | fields of a protobuf message, borrowed                                             |
//! | [`backoff`]  | how long to wait before the next attempt                                           |
//! | [`turns`]    | lists take turns                                                                   |

pub mod backoff;
pub mod event;
pub mod frames;
pub mod list;
pub mod proto;
pub mod reader;
pub mod request;
pub mod status;
pub mod turns;
