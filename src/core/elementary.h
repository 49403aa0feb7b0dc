/* elementary.h - elementary functions of one number, with the same bits everywhere: of the same
 * fixed operations as those of many numbers (vector.h), in double precision and less in a hurry. */
#ifndef RX_ELEMENTARY_H
#define RX_ELEMENTARY_H

/* To a few units in the last place. */
double rx_exp(double x);
double rx_log(double x);                                         /* of a normal number above 0 */
void rx_cosine_sine(double *cosine, double *sine, double angle); /* below 2^20 either way */

double rx_angle(double y, double x); /* of the point (x, y), to nine digits; at zeros and infinities
                                        as atan2 */
float rx_power(float x, float y);    /* x^y, to a unit in the last place, and at the ends as powf */

#endif
