# apus: `make` builds it, `make run` runs a container with it. README.md has the rest.
PREFIX ?= /usr/local
PREFIX_DIR = $(DESTDIR)$(PREFIX)
SUDO := $(if $(filter-out 0,$(shell id -u)),sudo)
SWIFT_FILES = Sources Tests Package.swift

.DEFAULT_GOAL := build
.PHONY: build run install deb docs test validate conformance attacks fuzz bench format lint clean help toolchain

build: toolchain ## the binary build/apus: static, stripped
	@.ci/dependencies build
	swift build -c release --product apus
	@mkdir -p build
	strip -o build/.apus.new .build/release/apus
	mv build/.apus.new build/apus

run: build ## build it, and run the container of bundles/hello
	@.ci/dependencies run
	bundles/make-rootfs bundles/hello
	$(SUDO) build/apus run --bundle bundles/hello hello-$$$$

install: build ## copy it to $(DESTDIR)$(PREFIX)/bin, with man pages and completions
	$(SUDO) install -D -m 755 build/apus $(PREFIX_DIR)/bin/apus
	$(SUDO) install -d $(PREFIX_DIR)/share/man/man8 $(PREFIX_DIR)/share/bash-completion/completions \
	  $(PREFIX_DIR)/share/zsh/site-functions $(PREFIX_DIR)/share/fish/vendor_completions.d
	$(SUDO) build/apus help --man-pages $(PREFIX_DIR)/share/man/man8
	build/apus completion bash | $(SUDO) tee $(PREFIX_DIR)/share/bash-completion/completions/apus >/dev/null
	build/apus completion zsh | $(SUDO) tee $(PREFIX_DIR)/share/zsh/site-functions/_apus >/dev/null
	build/apus completion fish | $(SUDO) tee $(PREFIX_DIR)/share/fish/vendor_completions.d/apus.fish >/dev/null

deb: build ## build/apus_VERSION_ARCHITECTURE.deb: binary, man pages, completions
	packaging/deb build/apus build

test: toolchain ## every test, in every place it needs
	@.ci/dependencies build run test
	Tests/run

validate: toolchain ## the scenarios against runc and crun: what fails there is wrong in the scenario
	@.ci/dependencies build run test bench
	Tests/run --runtime runc
	Tests/run --runtime crun

docs: toolchain ## docs/conformance.md, from the index in Sources/Conformance
	@.ci/dependencies build
	swift build --build-tests
	APUS_WRITE_DOCS=1 .build/debug/apusPackageTests.xctest --testing-library swift-testing --filter thePagesSayWhatTheIndexSays

conformance: build ## configurations that engines wrote
	@.ci/dependencies run test conformance
	$(SUDO) conformance/engines/run-captured build/apus

attacks: build ## races against the runtime, in full: hours
	@.ci/dependencies run test
	$(SUDO) conformance/attacks/racer
	$(SUDO) conformance/attacks/sweep

fuzz: toolchain ## a minute of made-up input for each reader of input (SECONDS=3600 for an hour)
	@.ci/dependencies build test
	nice -n 15 Tests/Fuzz/run --seconds $(or $(SECONDS),60)

bench: build ## time, memory and counts beside runc, crun and what the kernel takes alone
	@.ci/dependencies run bench
	$(SUDO) benchmarks/run

format: toolchain ## lay the sources out
	swift format --in-place --parallel --recursive $(SWIFT_FILES)

lint: toolchain ## is everything laid out?
	swift format lint --strict --parallel --recursive $(SWIFT_FILES)

clean: ## remove what was built
	$(SUDO) rm -rf .build/lab bundles/*/rootfs
	rm -rf .build build

help: ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## */\1\t/p' Makefile | expand -t 12

toolchain:
	@command -v swift >/dev/null || { \
	  echo "no Swift toolchain in PATH: install 6.3 for this system from https://www.swift.org/install/linux/" >&2; exit 1; }
