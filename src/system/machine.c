#include "machine.h"
#include "bind.h"
#include "product.h"
#include "version.h"
#include <cblas.h>
#include <hdf5.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** What computes here.
 * @module reactivation.machine */

/* --- cgroups --------------------------------------------------------------------------------- */

enum { LONGEST_PATH = 4096 };

static const char cgroup_root[] = "/sys/fs/cgroup";

/* The processors that the cgroup at `path` may use at a time; infinity if it may use all. */
static double quota_of(const char *path)
{
    char name[LONGEST_PATH + sizeof "/cpu.max"];
    snprintf(name, sizeof name, "%s/cpu.max", path);
    FILE *file = fopen(name, "re");
    if (file == NULL)
        return INFINITY;
    double quota, period;
    const bool limited = fscanf(file, "%lf %lf", &quota, &period) == 2 && quota > 0 && period > 0;
    fclose(file);
    return limited ? quota / period : INFINITY; /* unlimited, it says "max" */
}

/* Find the folder of this process's cgroup; false on a system without (version 2 of) them. */
static bool find_cgroup(char path[LONGEST_PATH])
{
    FILE *file = fopen("/proc/self/cgroup", "re");
    if (file == NULL)
        return false;
    char line[LONGEST_PATH];
    bool found = false;
    while (!found && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        found = strncmp(line, "0::/", strlen("0::/")) == 0;
    }
    fclose(file);
    const char *place = line + strlen("0::");
    return found && snprintf(path, LONGEST_PATH, "%s%s", cgroup_root, place) < LONGEST_PATH;
}

/* The least quota of the cgroup and of those above it, up to the root that is seen from here. */
static double least_quota(void)
{
    char path[LONGEST_PATH];
    if (!find_cgroup(path))
        return INFINITY;
    double least = INFINITY;
    while (strlen(path) >= strlen(cgroup_root)) {
        least = fmin(least, quota_of(path));
        *strrchr(path, '/') = '\0';
    }
    return least;
}

void rx_machine_share_threads(void)
{
    if (getenv("OMP_NUM_THREADS") != NULL)
        return;
    const double quota = fmax(1, ceil(least_quota()));
    if (quota < omp_get_max_threads())
        omp_set_num_threads((int)quota);
}

/* --- what it is ------------------------------------------------------------------------------ */

/* "OpenBLAS 0.3.21 NO_LAPACKE ..." -> "0.3.21" */
static const char *openblas_version(void)
{
    static char version[32];
    sscanf(openblas_get_config(), "OpenBLAS %31s", version);
    return version;
}

#define TEXT_(value) #value
#define TEXT(value) TEXT_(value)

struct rx_machine rx_machine(void)
{
    return (struct rx_machine){
        .version = RX_VERSION,
        .lua = LUA_RELEASE,
        .hdf5 = TEXT(H5_VERS_MAJOR) "." TEXT(H5_VERS_MINOR) "." TEXT(H5_VERS_RELEASE),
        .openblas = openblas_version(),
        .kernel = openblas_get_corename(),
        .processor = RX_ARCH,
        .vectors = rx_product_vectors(),
        .threads = omp_get_max_threads(),
    };
}

/** The version of rxlua, such as "0.1.0".
 * @field rx.version */

/** What computes here, for a report of a problem, and beside results. A training does not depend on
 * it; what LAPACK has a part in does, in its last digits.
 * @function rx.machine
 * @treturn table `version` (of rxlua), `lua`, `hdf5`, `openblas` (versions), `kernel` (of
 * OpenBLAS), `processor` (that rxlua was built for), `vectors` (of its own products), `threads`
 * @usage print(rx.machine().kernel) */
static int machine_machine(lua_State *L)
{
    const struct rx_machine m = rx_machine();
    const struct {
        const char *name, *text;
    } texts[] = {
        { "version", m.version },   { "lua", m.lua },       { "hdf5", m.hdf5 },
        { "openblas", m.openblas }, { "kernel", m.kernel }, { "processor", m.processor },
        { "vectors", m.vectors },
    };
    lua_newtable(L);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        lua_pushstring(L, texts[i].text);
        lua_setfield(L, -2, texts[i].name);
    }
    lua_pushinteger(L, m.threads);
    lua_setfield(L, -2, "threads");
    return 1;
}

/** The number of threads on which the library computes; results do not depend on it.
 * @function rx.threads
 * @int[opt] n set it to this; at the start it is that of OMP_NUM_THREADS, or as many as may really
 * run: the cores that this process may use, or what a container or batch system grants of them
 * @treturn int
 * @usage rx.threads(1) */
static int machine_threads(lua_State *L)
{
    if (!lua_isnoneornil(L, 1)) {
        const lua_Integer n = rx_check_integer(L, 1);
        rx_argument_check(L, n >= 1 && n <= 4096, 1, "number of threads expected, 1 or more");
        rx_check_threads(L, (int)n);
        omp_set_num_threads((int)n);
    }
    lua_pushinteger(L, omp_get_max_threads());
    return 1;
}

static const struct rx_binding functions[] = {
    { "machine", machine_machine, 0 },
    { "threads", machine_threads, 1 },
    { NULL, NULL, 0 },
};

void rx_open_machine(lua_State *L)
{
    rx_machine_share_threads();
    rx_set_functions(L, functions);
    lua_pushliteral(L, RX_VERSION);
    lua_setfield(L, -2, "version");
}
