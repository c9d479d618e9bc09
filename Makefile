# Every target is one command or one script; read the script to see what it does.

# Address that `make run` listens on: LISTEN=0.0.0.0 for the whole network.
LISTEN ?= 127.0.0.1

.PHONY: run test docs dashboards images bench debs test-packages

run: ## Build, start the node exporter and the scraper, print the page's address; Ctrl-C stops both
	@LISTEN=$(LISTEN) packaging/run.sh

test: ## Install what the tests need, check format and lints, run all tests
	@packaging/test.sh

docs: ## Write docs/metrics from the sources
	@UPDATE=1 cargo test --quiet --locked -p tests --test it metric_docs

dashboards: ## Write the dashboards from the tables in docker/grafana/panels
	@UPDATE=1 cargo test --quiet --locked -p tests --test it dashboards::files_are_those_of_the_tables

images: ## Make an image of every daemon for this machine; docker/images.sh makes them for others
	@docker/images.sh

bench: ## Measure beside the reference exporters, in one run
	@packaging/bench.sh

debs: ## Make the Debian packages for amd64, arm64 and armhf, in target/debs
	@packaging/debs.sh

test-packages: ## Test the packages in a booted Debian; wants root
	@packaging/test-packages.sh
