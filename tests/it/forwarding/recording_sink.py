#!/usr/bin/env python3
"""rw_sink.py that also keeps every sample. Its first argument is the path of rw_sink.py, the others are those of it.

GET /samples  {"series": [[[name, value], ...], ...], "samples": [[series, milliseconds, bits], ...]} as they arrived
GET /scrapes  how many samples of `up` arrived, by instance
"""
import asyncio
import collections
import importlib.util
import json
import sys

spec = importlib.util.spec_from_file_location('rw_sink', sys.argv.pop(1))
sink = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sink)

samples = []
scrapes = collections.Counter()
put, handle = sink.put, sink.P.handle


def keep(series, bits, at_ms):
    samples.append((series, at_ms, bits))
    labels = dict(sink.ST.labels[series])
    if labels.get('__name__') == 'up' and bits != sink.STALE:
        scrapes[labels['instance']] += 1
    put(series, bits, at_ms)


def answer(self, line, headers, body):
    if line.startswith('GET /samples'):
        shown = {'series': sink.ST.labels, 'samples': samples}
    elif line.startswith('GET /scrapes'):
        shown = scrapes
    else:
        return handle(self, line, headers, body)
    text = json.dumps(shown).encode()
    head = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n'
    self.tr.write(head % len(text) + text)


sink.put = keep
sink.P.handle = answer
asyncio.run(sink.main())
