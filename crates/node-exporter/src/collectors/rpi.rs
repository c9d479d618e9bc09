//! What only the firmware of a Raspberry Pi knows: throttling, voltages, clocks, temperatures, the rails of a Pi 5.
//!
//! Asked over `/dev/vcio_gencmd` or `/dev/vcio`, as `vcgencmd` does, without starting a program; the exporter's user
//! has to be in the group `video`. Anywhere else there is neither device, and no data. A scrape asks 21 questions, of
//! which a Pi 5 needs about 20 ms for the rails (the chip that measures them is on I²C) and well below 1 ms for any other.

mod asker;
mod board;
mod clock_battery;
mod compat;
mod gencmd;
mod mailbox;
mod pmic;
mod reading;
mod throttled;

use std::cell::OnceCell;
use std::time::Instant;

use clap::{Arg, ArgMatches};
use metrics_registry::{Exposition, Family};

use crate::collectors::Answer;
use crate::{Error, Node};

use self::asker::{Asker, Firmware, Opened};
use self::board::Board;
use self::clock_battery::ClockBattery;
use self::compat::Compat;
use self::mailbox::Device;
use self::reading::Reading;

const INFO: Family<5> = Family::gauge(
    "node_rpi_info",
    "Always 1; model, revision, serial number and chip of the Raspberry Pi, and the commit of its firmware.",
    ["firmware", "model", "revision", "serial", "soc"],
);
const THROTTLED: Family<1> = Family::gauge(
    "node_rpi_throttled",
    "1 where the firmware now sees too little voltage, or slows the processor down.",
    ["flag"],
);
const THROTTLED_SINCE_BOOT: Family<1> = Family::gauge(
    "node_rpi_throttled_since_boot",
    "1 where the flag has been set at any time since power came on.",
    ["flag"],
);
const VOLTAGE: Family<1> = Family::gauge(
    "node_rpi_voltage_volts",
    "Volts with which the firmware supplies the core and the memory.",
    ["domain"],
);
const CLOCK: Family<1> = Family::gauge(
    "node_rpi_clock_hertz",
    "Hertz that the firmware measures; 0 where a clock stands still.",
    ["domain"],
);
const TEMPERATURE: Family<1> = Family::gauge(
    "node_rpi_temperature_celsius",
    "Degrees Celsius of the processor (soc) and of the power chip (pmic), as the firmware measures them.",
    ["sensor"],
);
const RAIL_VOLTAGE: Family<1> = Family::gauge(
    "node_rpi_pmic_rail_volts",
    "Volts on a rail of the power chip.",
    ["rail"],
);
const RAIL_CURRENT: Family<1> = Family::gauge(
    "node_rpi_pmic_rail_amperes",
    "Amperes that a rail of the power chip gives.",
    ["rail"],
);
const POWER: Family<0> = Family::gauge(
    "node_rpi_pmic_power_watts",
    "Watts of all rails whose current is measured, which is less than the board draws.",
    [],
);
const CLOCK_BATTERY: Family<0> = Family::gauge(
    "node_rpi_rtc_battery_volts",
    "Volts of the battery of the real-time clock.",
    [],
);

pub(crate) fn flags() -> Vec<Arg> {
    vec![compat::flag()]
}

/// What is asked once, and the open device.
#[derive(Debug)]
pub(crate) struct State {
    compat: Vec<Compat>,
    asker: Asker,
    board: OnceCell<Board>,
    firmware: OnceCell<Firmware>,
}

/// All that one scrape knows.
#[derive(Clone, Copy)]
struct Known<'a> {
    board: &'a Board,
    firmware: &'a Firmware,
    reading: &'a Reading,
    battery: &'a ClockBattery,
}

impl State {
    pub(crate) fn new(matches: &ArgMatches) -> Self {
        Self {
            compat: compat::chosen(matches),
            asker: Asker::new(|| Ok(Box::new(Device::open()?) as Opened)),
            board: OnceCell::new(),
            firmware: OnceCell::new(),
        }
    }
}

pub(super) fn collect<'a>(node: &'a Node, deadline: Instant, out: &'a mut Exposition) -> Answer<'a> {
    Box::pin(async move {
        let state = &node.rpi;
        let board = state.board.get_or_init(|| Board::read(&node.paths));
        let round = state.asker.ask(board, deadline).await;
        if matches!(round.result, Err(Error::NoData)) && !board.is_raspberry_pi() {
            return round.result;
        }
        if let Some(firmware) = round.firmware {
            state.firmware.get_or_init(|| firmware);
        }
        let unknown = Firmware::default();
        let known = Known {
            board,
            firmware: state.firmware.get().unwrap_or(&unknown),
            reading: &round.reading,
            battery: &ClockBattery::read(&node.paths),
        };
        write(known, out);
        for compat in &state.compat {
            compat.write(known, &node.paths, out)?;
        }
        round.result
    })
}

fn write(known: Known<'_>, out: &mut Exposition) {
    let Known {
        board,
        firmware,
        reading,
        battery,
    } = known;
    let labels = [
        &firmware.commit,
        &board.model,
        &board.revision,
        &board.serial,
        &board.soc,
    ];
    out.sample(&INFO, labels.map(String::as_str), 1.0);
    for (flag, is_set, was_set) in reading.throttled.iter().flat_map(|throttled| throttled.flags()) {
        out.sample(&THROTTLED, [flag], f64::from(u8::from(is_set)));
        out.sample(&THROTTLED_SINCE_BOOT, [flag], f64::from(u8::from(was_set)));
    }
    for (family, values) in [
        (&VOLTAGE, &reading.volts),
        (&CLOCK, &reading.hertz),
        (&TEMPERATURE, &reading.celsius),
    ] {
        for (label, value) in values {
            out.sample(family, [label], *value);
        }
    }
    for rail in &reading.rails {
        if let Some(volts) = rail.volts {
            out.sample(&RAIL_VOLTAGE, [&rail.name], volts);
        }
        if let Some(amperes) = rail.amperes {
            out.sample(&RAIL_CURRENT, [&rail.name], amperes);
        }
    }
    for (family, value) in [(&POWER, reading.watts()), (&CLOCK_BATTERY, battery.volts)] {
        if let Some(value) = value {
            out.sample(family, [], value);
        }
    }
}

#[cfg(test)]
mod tests;
