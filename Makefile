# rxlua: `make help` lists what can be made.

ARCH     ?= native
PREFIX   ?= /usr/local
DESTDIR  ?=
CC       ?= cc
SPECS    ?= tests/spec
LUA_VERSION = 5.4
VERSION := $(shell sed -n 's/.*RX_VERSION "\(.*\)"/\1/p' src/system/version.h)

# Debian's names of all that building, running and testing needs, and of what `make lint` adds
PACKAGES = $(COMPILER) libc6-dev pkg-config liblua5.4-dev lua5.4 libopenblas-openmp-dev liblapacke-dev \
  libhdf5-dev libaec-dev zlib1g-dev librandom123-dev libedit-dev gnuplot-nox \
  lua-argparse lua-cjson lua-filesystem lua-busted lua-term lua-system lua-ldoc hdf5-tools
LINT_PACKAGES = clang-format lua-check shellcheck
CLEAN_ROOM_PACKAGES = mmdebstrap
DEB_PACKAGES = build-essential debhelper

# warnings end the build where it is worked on; a later compiler's need not keep anybody from building
WERROR  := $(if $(wildcard .git),-Werror)
WARNINGS = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes $(WERROR)

# clang brings an OpenMP of its own. It counts as mistakes loops that it cannot make vectors of, fields
# that an initializer with names leaves 0, and the constants of an enum among doubles.
ifneq (,$(findstring clang,$(CC)))
  COMPILER = gcc $(notdir $(CC)) $(subst clang,libomp,$(notdir $(CC)))-dev
  WARNINGS += -Wno-pass-failed -Wno-missing-field-initializers -Wno-enum-float-conversion
else
  COMPILER = gcc
endif

# OpenBLAS: the OpenMP build, from its own folder, so that one library owns the threads.
MULTIARCH := $(shell ($(CC) -print-multiarch) 2>/dev/null)
BLAS      := /usr/lib/$(MULTIARCH)/openblas-openmp

# a * b + c is rounded twice on every processor; where it is rounded once, the code says fma
SAME_BITS = -ffp-contract=off -fno-math-errno -fno-trapping-math
CFLAGS   = -std=c11 -O3 -g -march=$(ARCH) $(SAME_BITS) -fopenmp -fPIC -D_GNU_SOURCE $(WARNINGS)
# and what -march=native means on this machine, where the compiler tells
NATIVE    := $(shell ($(CC) -march=native -Q --help=target) 2>/dev/null | awk '$$1 == "-march=" { print $$2 }')
PROCESSOR := $(ARCH)$(if $(and $(filter native,$(ARCH)),$(NATIVE)), ($(NATIVE)))
# HDF5: the interface of Debian 12's in later ones, too
CPPFLAGS = -DH5_USE_110_API -DRX_ARCH='"$(PROCESSOR)"' -Isrc/core -Isrc/bind -Isrc/system \
  -I/usr/include/$(MULTIARCH)/openblas-openmp \
  $(shell pkg-config --cflags lua5.4 hdf5-serial 2>/dev/null)
LDFLAGS  = -fopenmp -Wl,-rpath,$(BLAS)
# blas and lapack before lapacke, needed or not, or it would load a second BLAS
LDLIBS   = -L$(BLAS) -Wl,--no-as-needed -lopenblas -llapack -lblas -Wl,--as-needed -llapacke -lz -lm

# HDF5 is linked statically into the program: its shared library loads thirty others, 9 ms a start.
# Most of these serve HDF5's reader of files on the web, which nobody calls: its calls may lead nowhere.
HDF5_SHARED  := $(shell pkg-config --libs hdf5-serial 2>/dev/null)
HDF5_ARCHIVE := $(wildcard $(shell ($(CC) -print-file-name=libhdf5_serial.a) 2>/dev/null))
HDF5_WEB     := $(if $(HDF5_ARCHIVE),$(sort $(shell nm -u $(HDF5_ARCHIVE) 2>/dev/null | grep -owE '(curl_|EVP_|HMAC|SHA)\w*')))
HDF5         := $(if $(HDF5_ARCHIVE),$(HDF5_WEB:%=-Wl,--defsym=%=host_no_web) $(HDF5_ARCHIVE) -lsz -lz -ldl,$(HDF5_SHARED))

ifdef SANITIZE
  BUILD   = build/sanitize
  PROGRAM = $(BUILD)/rxlua
  CFLAGS += -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
  LDFLAGS += -fsanitize=address,undefined
else
  BUILD   = build
  PROGRAM = rxlua
endif

objects  = $(patsubst src/%.c,$(BUILD)/%.o,$(wildcard src/$(1)/*.c))
LIBRARY := $(call objects,core) $(call objects,bind) $(call objects,system)
HOST    := $(call objects,host)
MODULE   = $(BUILD)/reactivation/core.so

all: $(PROGRAM) $(MODULE)

$(PROGRAM): $(LIBRARY) $(HOST) $(BUILD)/flags
	$(CC) $(LDFLAGS) -o $@ $(LIBRARY) $(HOST) -llua$(LUA_VERSION) -ledit $(HDF5) $(LDLIBS)

# nodelete: the threads of OpenMP outlive lua_close, which unloads modules
$(MODULE): $(LIBRARY) $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -shared -Wl,-z,nodelete -o $@ $(LIBRARY) $(HDF5_SHARED) $(LDLIBS)

$(BUILD)/%.o: src/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

FLAGS = '$(CC) $(PROCESSOR) $(CFLAGS) $(LDFLAGS) $(HDF5) $(LDLIBS)'
# remembers the flags, so that another ARCH builds everything anew
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo $(FLAGS) | cmp -s - $@ || echo $(FLAGS) > $@

-include $(LIBRARY:.o=.d) $(HOST:.o=.d)

# --- what people type ---------------------------------------------------------------------------

help:
	@echo 'make            build ./rxlua and the module for stock lua$(LUA_VERSION)'
	@echo 'make demo       install what is missing, build, train head direction for some minutes, draw it'
	@echo 'make test       install what is missing, build, run all tests'
	@echo 'make fuzz       search for faults by chance, a minute for each of tests/fault (FUZZ_SECONDS=60, FUZZ_SEED=1)'
	@echo 'make clean-room the tests in a bare Debian 12 and a bare Debian 13, as root; leaves nothing behind'
	@echo 'make bench      measure training and the rest beside their limits and other programs, some minutes'
	@echo 'make docs       the API reference, into docs/api/'
	@echo 'make lint       formatting of C, luacheck, shellcheck'
	@echo 'make deps       only install what is missing'
	@echo 'make install    into $(PREFIX), or PREFIX=... DESTDIR=...; make uninstall takes it away'
	@echo 'make deb        a Debian package, into build/deb/;  make dist: a tarball of what is committed'
	@echo 'make definitions  the names of the library for editors, into $(DEFINITIONS)'
	@echo 'make clean      remove what was built'
	@echo
	@echo 'ARCH=x86-64-v3  build for another processor than this one;  SANITIZE=1  with ASan and UBSan'

# $(call ensure,packages): install those of Debian's packages that are missing, or say which.
define ensure
	@missing=; for package in $(1); do \
	  dpkg-query -W -f='$${db:Status-Status}\n' $$package 2>/dev/null | grep -qx installed \
	    || missing="$$missing $$package"; \
	done; \
	[ -n "$$missing" ] || exit 0; \
	if ! command -v apt-get >/dev/null; then \
	  echo "This is not Debian; please install what is here called:$$missing"; exit 1; \
	elif [ "$$(id -u)" = 0 ]; then sudo=; \
	elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then sudo=sudo; \
	else echo "Please ask an administrator to run: apt-get install$$missing"; exit 1; fi; \
	echo "Installing$$missing"; \
	$$sudo apt-get update -qq && \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$missing \
	  >/dev/null
endef

deps:
	$(call ensure,$(PACKAGES))

# built by a make of its own, which sees what `deps` installed
built: deps
	@$(MAKE) --no-print-directory --silent --jobs=$$(nproc) all

demo: built
	./$(PROGRAM) experiments/head_direction.lua --quick

LEAKS = suppressions='$(CURDIR)/tests/leaks.supp'

# fails on a failing test, and then says so last
test: built
	LSAN_OPTIONS="$(LEAKS)" RXLUA=./$(PROGRAM) busted --lua=./$(PROGRAM) --output=plainTerminal $(SPECS)

# the same where nothing was installed before
clean-room:
	$(call ensure,$(CLEAN_ROOM_PACKAGES))
	tests/clean_room.sh bookworm
	tests/clean_room.sh trixie

# fuzz.lua is the loop of the others
FUZZERS = $(filter-out fuzz examples mutations,$(basename $(notdir $(wildcard tests/fault/*.lua))))

fuzz: $(FUZZERS:%=fuzz-%)

# What a call asks for by mistake is refused before the machine has no memory left.
ifdef SANITIZE
  LIMITS = ASAN_OPTIONS=allocator_may_return_null=1:max_allocation_size_mb=500
else
  LIMITS = ulimit -v 6000000; MALLOC_PERTURB_=165
endif
$(filter-out fuzz-memory,$(FUZZERS:%=fuzz-%)): fuzz-%: built
	@$(LIMITS) LSAN_OPTIONS="$(LEAKS)" ./$(PROGRAM) tests/fault/$*.lua

# its program has a malloc of its own, as the sanitizers have
fuzz-memory: built
	@$(MAKE) --no-print-directory --silent SANITIZE= build/fault/memory
	@build/fault/memory tests/fault/memory.lua

$(BUILD)/fault/memory: tests/fault/memory.c $(LIBRARY) $(BUILD)/host/no_web.o
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $^ -llua$(LUA_VERSION) $(HDF5) $(LDLIBS)

bench: built $(BUILD)/bench/products.so
	./$(PROGRAM) tests/bench/bench.lua

$(BUILD)/bench/products.so: tests/bench/products.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -shared -Wl,-z,nodelete -o $@ $< $(LDLIBS)

# by the Lua that is installed: its script asks for an older one
LDOC = lua$(LUA_VERSION) "$$(command -v ldoc)"

docs: deps build/kinds_of_picture.md
	@$(LDOC) --quiet --fatalwarnings . >/dev/null
	@echo 'docs/api/index.html'

# a page of the reference: what the scripts of plots/ say of their data
build/kinds_of_picture.md: $(wildcard plots/*.gp) lua/reactivation/figures/kinds.lua
	@mkdir -p build
	@LUA_PATH='lua/?.lua;lua/?/init.lua;;' lua$(LUA_VERSION) \
	  -e 'io.write(require("reactivation.figures.kinds").reference())' >$@

lint:
	$(call ensure,$(LINT_PACKAGES))
	clang-format --dry-run -Werror src/*/*.[ch] tests/*.c tests/*/*.c
	luacheck --quiet lua experiments tests packaging
	shellcheck --exclude=SC2016 .ci/run tests/*.sh

# --- installing and handing on --------------------------------------------------------------------

BINDIR ?= $(PREFIX)/bin
LUADIR ?= $(PREFIX)/share/lua/$(LUA_VERSION)
LIBDIR ?= $(PREFIX)/lib/lua/$(LUA_VERSION)
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/rxlua
SHARE   = $(PREFIX)/share/rxlua

DEFINITIONS = build/luacats/reactivation.lua

# for editors: the names of the library, with what the doc comments tell of them
$(DEFINITIONS): $(PROGRAM) $(shell find lua src -name '*.lua' -o -name '*.c') packaging/luacats.lua
	@mkdir -p $(@D)
	./$(PROGRAM) packaging/luacats.lua $(@D)

definitions: $(DEFINITIONS)
	@echo '$(DEFINITIONS)'

# $(call copy,folder,find's conditions,destination): files, with the folders that they are in
copy = find $(1) -type f $(2) -printf '%P\n' | while IFS= read -r file; do \
  install -D -m 644 "$(1)/$$file" "$(DESTDIR)$(3)/$$file" || exit 1; done

# bindings.c: for help() at the prompt, the comments that tell of what C does
install: all $(DEFINITIONS)
	install -D -t "$(DESTDIR)$(BINDIR)" rxlua
	install -D -t "$(DESTDIR)$(LIBDIR)/reactivation" $(MODULE)
	$(call copy,lua,-name '*.lua',$(LUADIR))
	$(call copy,plots,-name '*.gp',$(LUADIR)/reactivation/plots)
	$(call copy,networks,-name '*.h5',$(LUADIR)/krishna2024/networks)
	install -d "$(DESTDIR)$(LUADIR)/reactivation/reference"
	cat src/bind/*.c src/system/*.c | sed '/^\/\*\*/,/\*\//!d' >"$(DESTDIR)$(LUADIR)/reactivation/reference/bindings.c"
	$(call copy,experiments,\( -name '*.lua' -o -name '*.csv' \),$(SHARE)/experiments)
	$(call copy,$(dir $(DEFINITIONS)),,$(SHARE)/luacats)
	$(call copy,docs,-not -path 'docs/api/*',$(DOCDIR)/docs)
	install -m 644 -t "$(DESTDIR)$(DOCDIR)" README.md LICENSE CITATION.cff
	install -D -m 644 -t "$(DESTDIR)$(MANDIR)/man1" packaging/rxlua.1
	@echo
	@echo 'program:     $(BINDIR)/rxlua (man rxlua)'
	@echo 'library:     $(LUADIR)/reactivation, for lua$(LUA_VERSION) too'
	@echo 'experiments: $(SHARE)/experiments'
	@echo 'documents:   $(DOCDIR)'
	@echo 'for editors: $(SHARE)/luacats'

uninstall:
	rm -f "$(DESTDIR)$(BINDIR)/rxlua" "$(DESTDIR)$(MANDIR)/man1/rxlua.1"
	cd "$(DESTDIR)$(LUADIR)" && rm -rf reactivation krishna2024
	rm -rf "$(DESTDIR)$(LIBDIR)/reactivation" "$(DESTDIR)$(SHARE)" "$(DESTDIR)$(DOCDIR)"

# what is committed; the same commit gives the same bytes
dist:
	@mkdir -p build
	git archive --prefix=rxlua-$(VERSION)/ HEAD | gzip -9 --no-name >build/rxlua-$(VERSION).tar.gz
	@echo 'build/rxlua-$(VERSION).tar.gz'

DEB = build/deb/rxlua-$(VERSION)

deb:
	$(call ensure,$(PACKAGES) $(DEB_PACKAGES))
	rm -rf build/deb && mkdir -p $(DEB)
	tar --create --exclude=./build --exclude=./results --exclude=./.git . | tar --extract --directory=$(DEB)
	cp -r packaging/debian $(DEB)/
	printf 'rxlua (%s) unstable; urgency=low\n\n  * See CHANGELOG.md.\n\n -- %s  %s\n' '$(VERSION)' \
	  "$$(sed -n 's/^Maintainer: //p' packaging/debian/control)" "$$(git log -1 --format=%cD 2>/dev/null || date -R)" >$(DEB)/debian/changelog
	cd $(DEB) && dpkg-buildpackage --build=binary --no-sign
	@echo; ls build/deb/*.deb

clean:
	rm -rf build rxlua docs/api

FORCE:
.PHONY: all help deps built demo test clean-room fuzz bench docs lint definitions install uninstall dist deb \
  clean FORCE $(FUZZERS:%=fuzz-%)
