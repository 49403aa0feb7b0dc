/* bind.h - what the files of this floor share: each opens one core concept to Lua.
 *
 * A binding checks everything, allocates its results as userdata, calls the core, which cannot
 * raise, and turns its status into an error: so nothing leaks when Lua jumps. Every function here
 * that checks raises a Lua error naming what was expected and what came. */
#ifndef RX_BIND_H
#define RX_BIND_H

#include "matrix.h"
#include "population.h"
#include "random.h"
#include "status.h"
#include <lauxlib.h>
#include <limits.h>
#include <lua.h>
#include <stdbool.h>

/* --- check.c: functions that Lua calls, and how a mistake in a call is told ------------------- */

/* An entry of a function table; the last one has no name. Whatever is called through it refuses
 * more than `most` arguments, of a method after its object. */
struct rx_binding {
    const char *name;
    lua_CFunction call;
    int most;
};

/* Set functions in the table on top of the stack. */
void rx_set_functions(lua_State *L, const struct rx_binding functions[]);

/* Register a type of objects, called `kind` in messages; called again, add to it. Names that begin
 * with __ are metamethods. `index` knows the fields, and finds the methods in a table that is its
 * upvalue; NULL: there are no fields. */
void rx_set_type(lua_State *L, const char *type_name, const char *kind,
                 const struct rx_binding methods[], lua_CFunction index);

/* Raise, at the line of the nearest caller outside the library: a message, or what is wrong with
 * an argument of the running function, by its name. */
int rx_error(lua_State *L, const char *format, ...);
int rx_argument_error(lua_State *L, int arg, const char *format, ...);
void rx_argument_check(lua_State *L, bool holds, int arg, const char *message);

/* Push the place that these name, "file:line: ". */
const char *rx_push_where(lua_State *L);

/* Push, for a message: a value in a few words; the shortest text that gives a number back. */
const char *rx_describe(lua_State *L, int index);
const char *rx_push_number(lua_State *L, double value);

/* An argument of a kind, or an error. */
void *rx_check_object(lua_State *L, int arg, const char *type_name, const char *what);
lua_Integer rx_check_integer(lua_State *L, int arg);
double rx_check_number(lua_State *L, int arg);
double rx_opt_number(lua_State *L, int arg, double absent);
const char *rx_check_string(lua_State *L, int arg, size_t *length); /* length may be NULL */
const char *rx_check_path(lua_State *L, int arg); /* a string without zero bytes */
void rx_check_table(lua_State *L, int arg);
int rx_check_choice(lua_State *L, int arg, int absent, const char *const choices[]);

/* The name of a field that an __index or __newindex is asked for; "" if it is no string. */
const char *rx_field_name(lua_State *L);

/* A list: a table with the keys 1, 2, ... and no others, so without holes. Its length, and a copy
 * in its place, which no finalizer can change; or what is wrong with the value at an index, pushed,
 * or NULL. */
size_t rx_check_list(lua_State *L, int arg);
const char *rx_list_problem(lua_State *L, int index, size_t *length);

/* What a matrix side can be: the matrix library counts in int. */
#define RX_LARGEST_SIDE INT_MAX

/* A whole number from `least` up to RX_LARGEST_SIDE. */
size_t rx_check_size(lua_State *L, int arg, lua_Integer least);

/* Refuse argument `arg`, a matrix for a result, if it shares memory with `other` (which may be
 * NULL), said in the words `what`. */
void rx_check_apart(lua_State *L, int arg, const struct rx_matrix *result,
                    const struct rx_matrix *other, const char *what);

/* --- matrix.c ------------------------------------------------------------------------------- */

/* Make `count` threads for all that is computed, if they are not there: what makes a matrix has. */
void rx_check_threads(lua_State *L, int count);

/* Push a new matrix, its numbers unset; `steps` is 0 for one that is no sequence. */
struct rx_matrix *rx_new_matrix(lua_State *L, size_t rows, size_t cols, size_t steps);

/* Push a view on `rows` x `cols` numbers at `data`, which lie in the object at index `owner` and
 * keep it alive. */
struct rx_matrix *rx_new_view(lua_State *L, int owner, float *data, size_t rows, size_t cols,
                              size_t steps);

struct rx_matrix *rx_check_matrix(lua_State *L, int arg);
struct rx_matrix *rx_test_matrix(lua_State *L, int index); /* NULL if it is no matrix */

/* Argument `arg` as an element of a matrix: a number that stays finite in one, or infinity itself.
 */
float rx_check_element(lua_State *L, int arg);

/* A matrix of this shape; RX_ANY leaves a side open. */
enum { RX_ANY = -1 };
struct rx_matrix *rx_check_shape(lua_State *L, int arg, lua_Integer rows, lua_Integer cols);
struct rx_matrix *rx_check_same_shape(lua_State *L, int arg, const struct rx_matrix *like);

/* Refuse NaN and infinity in argument `arg`. */
void rx_check_finite(lua_State *L, int arg, const struct rx_matrix *m);

/* --- matrix_parts.c -------------------------------------------------------------------------- */

/* Methods of matrices. */
extern const struct rx_binding rx_part_methods[];

/* --- matrix_arithmetic.c --------------------------------------------------------------------- */

/* Methods and operators of matrices. */
extern const struct rx_binding rx_arithmetic_methods[];

/* --- random.c ------------------------------------------------------------------------------- */

struct rx_random *rx_check_random(lua_State *L, int arg);
struct rx_random *rx_test_random(lua_State *L, int index);

/* --- population.c ---------------------------------------------------------------------------- */

/* How many of `cells` cells a decoding averages: argument `arg`, or 3 as in the paper. */
size_t rx_check_most_active(lua_State *L, int arg, size_t cells);

bool rx_test_place_code(lua_State *L, int index, struct rx_code *code);
bool rx_test_head_direction_code(lua_State *L, int index, struct rx_code *code);

/* If they are such cells, push a table of the options that make them again. */
bool rx_push_place_settings(lua_State *L, int index);
bool rx_push_head_direction_settings(lua_State *L, int index);

/* --- options.c: tables of named options ----------------------------------------------------- */

/* Check that the table at `arg` has no keys but the `names` (ended by NULL). From then on a copy
 * stands there, so that no finalizer, which may run at any allocation, takes a value away from
 * under a pointer. */
void rx_check_options(lua_State *L, int arg, const char *const names[]);

/* Push option `name` of the table at `arg`; false, and nothing pushed, if it is absent. */
bool rx_push_option(lua_State *L, int arg, const char *name);

/* Option `name`, of the right kind or an error; absent, the default. */
double rx_option_number(lua_State *L, int arg, const char *name, double absent);
size_t rx_option_size(lua_State *L, int arg, const char *name, size_t absent); /* 0: required */
bool rx_option_boolean(lua_State *L, int arg, const char *name, bool absent);

/* Likewise one of the entries, of `size` bytes, of a table of the core: each begins with its name,
 * the last has none. Push all names, as a list. */
int rx_option_entry(lua_State *L, int arg, const char *name, int absent, const void *table,
                    size_t size);
void rx_push_names(lua_State *L, const void *table, size_t size);

/* Option `name`, a matrix of this shape and of finite numbers; NULL if absent. */
struct rx_matrix *rx_option_matrix(lua_State *L, int arg, const char *name, lua_Integer rows,
                                   lua_Integer cols);

/* Raise: bad option 'name' (message). */
int rx_option_error(lua_State *L, const char *name, const char *format, ...);

/* --- program.c ------------------------------------------------------------------------------- */

struct rx_program;
const struct rx_program *rx_test_program(lua_State *L, int index); /* NULL if it is none */

/* --- status, stopping ------------------------------------------------------------------------ */

/* Raise what a status that is not RX_OK means. */
void rx_check_status(lua_State *L, enum rx_status status);

/* The stop flag of the process: raised by signal handlers, lowered when its error is raised. */
extern volatile sig_atomic_t rx_stop_flag;

/* --- one function a file: each pushes nothing and adds its functions to the table on top ------ */

void rx_open_check(lua_State *L);
void rx_open_matrix(lua_State *L);
void rx_open_random(lua_State *L);
void rx_open_program(lua_State *L);
void rx_open_network(lua_State *L);
void rx_open_adam(lua_State *L);
void rx_open_head_direction_cells(lua_State *L);
void rx_open_place_cells(lua_State *L);
void rx_open_moments(lua_State *L);
void rx_open_kde(lua_State *L);
void rx_open_linear(lua_State *L);
void rx_open_maps(lua_State *L);
void rx_open_dynamics(lua_State *L);
void rx_open_wasserstein(lua_State *L);
void rx_open_file(lua_State *L);
void rx_open_whole(lua_State *L);
void rx_open_lock(lua_State *L);
void rx_open_numbers(lua_State *L);
void rx_open_unpack(lua_State *L);
void rx_open_process(lua_State *L);
void rx_open_machine(lua_State *L);

int luaopen_reactivation_core(lua_State *L);

#endif
