/* products.c - the matrix products of one training step, or of a run, and nothing else: the limit
 * that `make bench` holds the library to.
 *
 * Counted are the products of a network with a linear encoder and readout, each one plain call of
 * the same library on the whole batch or the whole sequence, its threads included:
 *
 *   r(0) = init E';  r(t+1) = r(t) W' a step;  outputs = r D'       forward
 *   d_r = outputs D;  d_D = outputs' r                              readout, backward
 *   d_r(t) += d_r(t+1) W a step;  d_W = d_r' r                      recurrence, backward
 *   d_E = d_r(0)' init                                              encoder, backward
 *
 * and for the gated cell, where W is the candidate's, with G (2 units, units) of both gates:
 *
 *   gates = r(t) G' a step                                          forward
 *   d_r(t) += gates G a step;  d_G = gates' r                       backward
 *
 * Not counted: noise, activation, targets, loss, optimizer, the one or two inputs (no library
 * gains on a product that narrow), and memory, which is allocated and touched beforehand. Values
 * flow from product to product as in training, so that what a step just made is still in cache;
 * they have no meaning, but weights of variance 1 / units keep them finite and normal.
 *
 * Weights are stored (out, in), so the forward products multiply by a transpose. Layout "stored"
 * leaves that to the library; layout "transposed" uses copies (in, out), whose making is not
 * counted. The backward products need no transposed weights.
 *
 * And the limit of that limit: what the processor does if every cycle begins all the
 * multiplications and additions that it can. */
#include <cblas.h>
#include <lauxlib.h>
#include <lua.h>
#include <math.h>
#include <omp.h>
#include <stdbool.h>
#include <stdint.h>

static const char type_name[] = "rx.bench.products";

/* One matrix as it is stored for forward: (out, in), or (in, out) if transposed. */
struct weight {
    size_t out, in;
    float *stored, *transposed, *gradient;
};

struct products {
    size_t batch, steps;
    bool gated;
    struct weight encoder, recurrence, readout, gate;
    float *init;     /* (batch, init) */
    float *states;   /* (steps + 1, batch, units) */
    float *d_states; /* (steps + 1, batch, units) */
    float *outputs;  /* (steps, batch, outputs), taken for their own errors too */
    float *gates;    /* (steps, batch, 2 units), likewise, if gated */
};

/* y (rows, out) = x (rows, in) w' */
static void forward(float *y, const float *x, const struct weight *w, size_t rows, bool transposed)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, transposed ? CblasNoTrans : CblasTrans, (int)rows,
                (int)w->out, (int)w->in, 1, x, (int)w->in, transposed ? w->transposed : w->stored,
                (int)(transposed ? w->out : w->in), 0, y, (int)w->out);
}

/* d_x (rows, in) = d_y (rows, out) w + beta d_x */
static void backward(float *d_x, float beta, const float *d_y, const struct weight *w, size_t rows)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)w->in, (int)w->out, 1,
                d_y, (int)w->out, w->stored, (int)w->in, beta, d_x, (int)w->in);
}

/* gradient (out, in) = d_y' x */
static void weight_gradient(const struct weight *w, const float *d_y, const float *x, size_t rows)
{
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)w->out, (int)w->in, (int)rows, 1, d_y,
                (int)w->out, x, (int)w->in, 0, w->gradient, (int)w->in);
}

static void run(const struct products *p, bool transposed)
{
    const size_t rows = p->steps * p->batch, state = p->batch * p->recurrence.out;
    float *states = p->states;

    forward(states, p->init, &p->encoder, p->batch, transposed);
    for (size_t t = 0; t < p->steps; t++) {
        if (p->gated)
            forward(p->gates + 2 * t * state, states + t * state, &p->gate, p->batch, transposed);
        forward(states + (t + 1) * state, states + t * state, &p->recurrence, p->batch, transposed);
    }
    forward(p->outputs, states + state, &p->readout, rows, transposed);
}

static void training_step(const struct products *p, bool transposed)
{
    const size_t rows = p->steps * p->batch, state = p->batch * p->recurrence.out;
    float *states = p->states, *d_states = p->d_states;

    run(p, transposed);
    backward(d_states + state, 0, p->outputs, &p->readout, rows);
    weight_gradient(&p->readout, p->outputs, states + state, rows);
    for (size_t t = p->steps; t-- > 0;) { /* r(0) is not read out: nothing to add to */
        backward(d_states + t * state, t > 0, d_states + (t + 1) * state, &p->recurrence, p->batch);
        if (p->gated)
            backward(d_states + t * state, 1, p->gates + 2 * t * state, &p->gate, p->batch);
    }
    weight_gradient(&p->recurrence, d_states + state, states, rows);
    if (p->gated)
        weight_gradient(&p->gate, p->gates, states, rows);
    weight_gradient(&p->encoder, d_states, p->init, p->batch);
}

/* --- memory ---------------------------------------------------------------------------------- */

/* Uniform numbers of a variance, which also touch their memory. */
static void fill(float *x, size_t count, double variance)
{
    const double bound = sqrt(3 * variance);
    uint64_t state = 1;
    for (size_t i = 0; i < count; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX */
        x[i] = (float)(bound * (2 * (double)(state >> 11) / 9007199254740992.0 - 1));
    }
}

/* New numbers, owned by the object at index 2 and starting at a cache line. */
static float *new_floats(lua_State *L, size_t count, double variance)
{
    const uintptr_t line = 64;
    const uintptr_t block = (uintptr_t)lua_newuserdatauv(L, count * sizeof(float) + line, 0);
    float *x = (float *)((block + line - 1) / line * line);
    lua_rawsetp(L, -2, x);
    fill(x, count, variance);
    return x;
}

static struct weight new_weight(lua_State *L, size_t out, size_t in)
{
    const size_t count = out * in;
    struct weight w = { .out = out, .in = in };
    w.stored = new_floats(L, count, 1 / (double)in);
    w.transposed = new_floats(L, count, 0);
    w.gradient = new_floats(L, count, 0);
    for (size_t i = 0; i < out; i++)
        for (size_t j = 0; j < in; j++)
            w.transposed[j * out + i] = w.stored[i * in + j];
    return w;
}

static size_t check_size(lua_State *L, const char *name)
{
    lua_getfield(L, 1, name);
    const lua_Integer size = luaL_checkinteger(L, -1);
    if (size < 1 || size > 1 << 16)
        luaL_error(L, "bad option '%s' (number from 1 to 65536 expected)", name);
    lua_pop(L, 1);
    return (size_t)size;
}

/* new { cell =, units =, outputs =, init =, batch =, steps = } -> products */
static int products_new(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    const size_t units = check_size(L, "units"), outputs = check_size(L, "outputs"),
                 init = check_size(L, "init"), batch = check_size(L, "batch"),
                 steps = check_size(L, "steps");
    lua_getfield(L, 1, "cell");
    const bool gated = luaL_checkoption(L, -1, NULL, (const char *const[]){ "rnn", "gru", NULL });
    lua_settop(L, 1);
    struct products *p = lua_newuserdatauv(L, sizeof *p, 1);
    lua_newtable(L); /* of the blocks, to keep them */
    *p = (struct products){ .batch = batch, .steps = steps, .gated = gated };
    p->encoder = new_weight(L, units, init);
    p->recurrence = new_weight(L, units, units);
    p->readout = new_weight(L, outputs, units);
    p->init = new_floats(L, batch * init, 1);
    p->states = new_floats(L, (steps + 1) * batch * units, 0);
    p->d_states = new_floats(L, (steps + 1) * batch * units, 0);
    p->outputs = new_floats(L, steps * batch * outputs, 0);
    if (gated) {
        p->gate = new_weight(L, 2 * units, units);
        p->gates = new_floats(L, steps * batch * 2 * units, 0);
    }
    lua_setiuservalue(L, 2, 1);
    luaL_setmetatable(L, type_name);
    return 1;
}

static const char *const layouts[] = { "stored", "transposed", NULL };

/* products:step(layout): once through all of them */
static int products_step(lua_State *L)
{
    const struct products *p = luaL_checkudata(L, 1, type_name);
    training_step(p, luaL_checkoption(L, 2, NULL, layouts));
    return 0;
}

/* products:run(layout): through those of a run alone */
static int products_run(lua_State *L)
{
    const struct products *p = luaL_checkudata(L, 1, type_name);
    run(p, luaL_checkoption(L, 2, NULL, layouts));
    return 0;
}

/* library() -> what multiplies here, and the name of its kernel */
static int products_library(lua_State *L)
{
    lua_pushstring(L, openblas_get_config());
    lua_pushstring(L, openblas_get_corename());
    return 2;
}

/* --- the peak -------------------------------------------------------------------------------- */

/* More chains of multiply-adds than a processor needs to be busy all the time, in registers. */
#if defined __AVX512F__
enum { LANES = 16, CHAINS = 24 };
#elif defined __AVX__
enum { LANES = 8, CHAINS = 12 };
#else
enum { LANES = 4, CHAINS = 24 };
#endif

typedef float vector __attribute__((vector_size(LANES * sizeof(float))));

static float chains(size_t count)
{
    vector sum[CHAINS] = { { 0 } };
    const float x = 0.999f, y = 0.001f;
    for (size_t i = 0; i < count; i++)
#pragma GCC unroll CHAINS
        for (size_t c = 0; c < CHAINS; c++)
            for (size_t lane = 0; lane < LANES; lane++)
                sum[c][lane] = fmaf(sum[c][lane], x, y);
    float all = 0;
#pragma GCC unroll CHAINS
    for (size_t c = 0; c < CHAINS; c++)
        all += sum[c][0];
    return all;
}

/* peak() -> multiplications and additions a second of all threads: the best of a few goes of half a
 * millisecond */
static int products_peak(lua_State *L)
{
    const size_t count = 100000;
    double best = 0;
    volatile float kept = 0;
    for (int go = 0; go < 20; go++) {
        double together = 0;
#pragma omp parallel reduction(+ : together)
        {
            const double began = omp_get_wtime();
            const float sum = chains(count);
            together += 2.0 * LANES * CHAINS * (double)count / (omp_get_wtime() - began);
#pragma omp critical
            kept = kept + sum;
        }
        best = together > best ? together : best;
    }
    lua_pushnumber(L, best);
    return 1;
}

int luaopen_products(lua_State *L);

int luaopen_products(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "new", products_new },
        { "library", products_library },
        { "peak", products_peak },
        { NULL, NULL },
    };
    static const luaL_Reg methods[] = { { "step", products_step },
                                        { "run", products_run },
                                        { NULL, NULL } };
    luaL_newmetatable(L, type_name);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    luaL_newlib(L, functions);
    return 1;
}
