//! Collects from a fleet of exporters, keeps the newest sample of every series, and shows the fleet on one page.
//!
//! | module        | holds                                                                                |
//! |---------------|--------------------------------------------------------------------------------------|
//! | [`config`]    | `prometheus.yml`, checked                                                            |
//! | [`discovery`] | where targets come from                                                              |
//! | [`pool`]      | the targets of one job: started, kept over a reload, stopped                         |
//! | [`target`]    | one target: labels, address, place in the interval                                   |
//! | [`scrape`]    | one scrape, and the loop that repeats it                                             |
//! | [`client`]    | the connection to a target: HTTP, TLS, credentials, redirects, gzip                  |
//! | [`store`]     | the newest sample of every series                                                    |
//! | [`relabel`]   | rules that change, keep or drop labels                                               |
//! | [`label_set`] | the labels of a series, as they are kept and sent                                    |
//! | [`labels`]    | how exposed labels join those of the target                                          |
//! | [`federate`]  | `/federate`, with the [`selector`]s of its `match[]`                                 |
//! | [`api`]       | `/api/v1/targets`                                                                    |
//! | [`forward`]   | what leaves for the receivers                                                        |
//! | [`fleet`]     | the page                                                                             |
//! | [`telemetry`] | what the scraper counts about itself                                                 |
//! | [`scraper`]   | all of that running, and its reload                                                  |
//! | [`app`]       | what is served, and the flags                                                        |
//!
//! Data goes one way: discovery → target → scrape → store → what is served. Everything runs on one thread, inside a
//! `tokio::task::LocalSet`; no `RefCell` is borrowed across an `await`.

pub mod alerts;
pub mod api;
pub mod app;
pub mod client;
pub mod clock;
pub mod config;
pub mod discovery;
pub mod federate;
pub mod fleet;
pub mod fnv;
pub mod forward;
pub mod label_set;
pub mod labels;
pub mod pool;
pub mod relabel;
pub mod rfc3339;
pub mod scrape;
pub mod scraper;
pub mod selector;
pub mod store;
pub mod target;
pub mod telemetry;
pub mod whole_file;
