/* machine.h - what computes: this program, its libraries, and the threads that they may have. */
#ifndef RX_MACHINE_H
#define RX_MACHINE_H

struct rx_machine {
    const char *version; /* of rxlua */
    const char *lua, *hdf5;
    const char *openblas;  /* its version */
    const char *kernel;    /* the processor that OpenBLAS's kernels are for, as it names them */
    const char *processor; /* the one that this program was built for: -march */
    const char *vectors;   /* of its own products: "8 x float32" */
    int threads;
};

struct rx_machine rx_machine(void);

/* Compute on as many threads as may really run: the cores of this process's affinity, but no more
 * than the processors' time of its cgroups. OMP_NUM_THREADS overrides. */
void rx_machine_share_threads(void);

#endif
