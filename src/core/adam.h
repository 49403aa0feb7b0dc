/* adam.h - the Adam optimizer (Kingma & Ba 2015, algorithm 1) on one flat block of weights. */
#ifndef RX_ADAM_H
#define RX_ADAM_H

#include <stddef.h>
#include <stdint.h>

struct rx_adam {
    double rate;         /* step size */
    double beta1, beta2; /* decay of the two moments, in [0, 1) */
    double epsilon;      /* keeps the division finite */
    double weight_decay; /* adds weight_decay * weights to the gradient; 0: none */
    double clip;         /* largest norm of the whole gradient; 0: any */
    uint64_t updates;    /* made so far */
};

/* Move `weights` one step against `gradient`, which is first scaled down to the norm `clip`;
 * mean and square are the running moments of the gradient, from zero. All four (count). */
void rx_adam_update(struct rx_adam *adam, float *weights, float *mean, float *square,
                    const float *gradient, size_t count);

#endif
