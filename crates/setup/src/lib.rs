//! Finds what runs on a machine, and has it monitored with the least rights.
//!
//! ```text
//! machine  →  facts  →  plan: steps  →  performed, each in the journal  →  checked
//! detect      facts     plan            perform, journal                   check
//! ```
//!
//! | module           | holds                                                                               |
//! |------------------|-------------------------------------------------------------------------------------|
//! | [`app`]          | what the command line asks for, from beginning to end                                |
//! | [`command_line`] | flags, and what they wish                                                            |
//! | [`machine`]      | the only way to the outside: files, and programs that an owner would call           |
//! | [`facts`]        | what is known of the machine; [`detect`] finds it out and changes nothing            |
//! | [`daemon`]       | the daemons of this project: port, unit, what tells that they are well               |
//! | [`plan`]         | facts and wishes → steps; pure                                                       |
//! | [`unit_settings`]| what a unit is told; pure                                                            |
//! | [`step`]         | one change, as data; [`perform`] does it and takes it back                           |
//! | [`sql`]          | the statements that make and drop an account; pure                                   |
//! | [`nginx_config`] | finds `stub_status` in nginx's configuration; pure                                   |
//! | [`journal`]      | what was changed and what was there before, on disk before each change               |
//! | [`check`]        | asks the daemons whether they serve and see their service                            |
//! | [`targets`]      | what a Prometheus needs to find them                                                 |
//! | [`doctor`]       | looks at every link of the chain                                                     |

pub mod app;
pub mod check;
pub mod command_line;
pub mod daemon;
pub mod detect;
pub mod doctor;
pub mod error;
pub mod facts;
pub mod journal;
pub mod machine;
pub mod nginx_config;
pub mod perform;
pub mod plan;
pub mod sql;
pub mod step;
pub mod targets;
pub mod unit_settings;

pub use error::Error;
