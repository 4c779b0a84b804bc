#pragma once

/// @file
/// Logarithm, exponential and inverse normal distribution made of additions, multiplications,
/// divisions and square roots only.  IEEE 754 fixes the result of each of those, so a simulation
/// gives the same bytes with every C library; libm promises no such thing for log() or exp().
///
/// Accuracy: within 2 units in the last place of the true value for Log() and Exp(), relative
/// error below 1e-15 for NormalQuantile().  All are pure functions.

namespace cnisim {

/// Natural logarithm.  @pre x > 0, finite and not subnormal
double Log(double x);

/// e to the power of x; 0 below about -708 and the largest finite double above about 709.
double Exp(double x);

/// x with P(Z <= x) = p for a standard normal Z.  @pre 0 < p < 1
double NormalQuantile(double p);

}  // namespace cnisim
