#include "sim/base/elementary.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "sim/base/check.h"

namespace cnisim {
namespace {

constexpr int kExponentBias = 1023;
constexpr int kMantissaBits = 52;
constexpr std::uint64_t kMantissaMask = (std::uint64_t{1} << kMantissaBits) - 1;
constexpr std::uint64_t kOneBits = std::uint64_t{kExponentBias} << kMantissaBits;

// ln 2 in two parts: the first has 21 trailing zero bits, so that an exponent times it is exact.
constexpr double kLn2High = 6.93147180369123816490e-01;
constexpr double kLn2Low = 1.90821492927058770002e-10;

// 2 to the power of k.  @pre -1022 <= k <= 1023
double PowerOfTwo(int k) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(k + kExponentBias) << kMantissaBits);
}

// Value of a polynomial with these coefficients, lowest power first.
template <std::size_t N>
double Polynomial(const double (&coefficients)[N], double x) {
  double value = coefficients[N - 1];
  for (std::size_t i = N - 1; i-- > 0;) value = value * x + coefficients[i];
  return value;
}

}  // namespace

// x = 2^k m with m in [1/sqrt 2, sqrt 2): ln x = k ln 2 + 2 artanh(s), s = (m - 1)/(m + 1), and
// artanh(s) = s + s^3/3 + s^5/5 + ...  |s| < 0.1716, so the term s^23/23 is below 2^-60.
double Log(double x) {
  CNISIM_CHECK(x >= std::numeric_limits<double>::min() && x <= std::numeric_limits<double>::max(),
               "the logarithm is taken of a positive, normal number");
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
  int k = static_cast<int>(bits >> kMantissaBits) - kExponentBias;
  double m = std::bit_cast<double>((bits & kMantissaMask) | kOneBits);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    ++k;
  }
  const double f = m - 1;
  const double s = f / (m + 1);
  const double s2 = s * s;
  const double s4 = s2 * s2;
  const double s8 = s4 * s4;
  // 2 artanh(s) = f - (f^2/2 - s (f^2/2 + 2 (s^2/3 + s^4/5 + ...))): f is exact, the rest small.
  const double half_square = 0.5 * f * f;
  // Terms in pairs, which a processor works out side by side.
  const double low = (1.0 / 3 + s2 * (1.0 / 5)) + s4 * (1.0 / 7 + s2 * (1.0 / 9));
  const double middle = (1.0 / 11 + s2 * (1.0 / 13)) + s4 * (1.0 / 15 + s2 * (1.0 / 17));
  const double high = 1.0 / 19 + s2 * (1.0 / 21);
  const double tail = 2 * s2 * (low + s8 * (middle + s8 * high));
  const double exponent = k;
  return exponent * kLn2High -
         ((half_square - (s * (half_square + tail) + exponent * kLn2Low)) - f);
}

// x = (64 m + j) ln 2 / 64 + r with |r| <= ln 2 / 128: e^x = 2^m 2^(j/64) e^r.  The powers of two
// are correctly rounded, and r^6/720 < 2^-54.
double Exp(double x) {
  static constexpr double kPowers[] = {
      0x1.0000000000000p+0, 0x1.02c9a3e778061p+0, 0x1.059b0d3158574p+0, 0x1.0874518759bc8p+0,
      0x1.0b5586cf9890fp+0, 0x1.0e3ec32d3d1a2p+0, 0x1.11301d0125b51p+0, 0x1.1429aaea92de0p+0,
      0x1.172b83c7d517bp+0, 0x1.1a35beb6fcb75p+0, 0x1.1d4873168b9aap+0, 0x1.2063b88628cd6p+0,
      0x1.2387a6e756238p+0, 0x1.26b4565e27cddp+0, 0x1.29e9df51fdee1p+0, 0x1.2d285a6e4030bp+0,
      0x1.306fe0a31b715p+0, 0x1.33c08b26416ffp+0, 0x1.371a7373aa9cbp+0, 0x1.3a7db34e59ff7p+0,
      0x1.3dea64c123422p+0, 0x1.4160a21f72e2ap+0, 0x1.44e086061892dp+0, 0x1.486a2b5c13cd0p+0,
      0x1.4bfdad5362a27p+0, 0x1.4f9b2769d2ca7p+0, 0x1.5342b569d4f82p+0, 0x1.56f4736b527dap+0,
      0x1.5ab07dd485429p+0, 0x1.5e76f15ad2148p+0, 0x1.6247eb03a5585p+0, 0x1.6623882552225p+0,
      0x1.6a09e667f3bcdp+0, 0x1.6dfb23c651a2fp+0, 0x1.71f75e8ec5f74p+0, 0x1.75feb564267c9p+0,
      0x1.7a11473eb0187p+0, 0x1.7e2f336cf4e62p+0, 0x1.82589994cce13p+0, 0x1.868d99b4492edp+0,
      0x1.8ace5422aa0dbp+0, 0x1.8f1ae99157736p+0, 0x1.93737b0cdc5e5p+0, 0x1.97d829fde4e50p+0,
      0x1.9c49182a3f090p+0, 0x1.a0c667b5de565p+0, 0x1.a5503b23e255dp+0, 0x1.a9e6b5579fdbfp+0,
      0x1.ae89f995ad3adp+0, 0x1.b33a2b84f15fbp+0, 0x1.b7f76f2fb5e47p+0, 0x1.bcc1e904bc1d2p+0,
      0x1.c199bdd85529cp+0, 0x1.c67f12e57d14bp+0, 0x1.cb720dcef9069p+0, 0x1.d072d4a07897cp+0,
      0x1.d5818dcfba487p+0, 0x1.da9e603db3285p+0, 0x1.dfc97337b9b5fp+0, 0x1.e502ee78b3ff6p+0,
      0x1.ea4afa2a490dap+0, 0x1.efa1bee615a27p+0, 0x1.f50765b6e4540p+0, 0x1.fa7c1819e90d8p+0};
  static constexpr double kInverseLn2Times64 = 64 * 1.44269504088896338700;
  // So large that its last bit is worth 1: what is added to it is rounded to a whole number, which
  // its low bits then hold.
  static constexpr double kRounds = 0x1.8p52;
  if (x > 709.0) return std::numeric_limits<double>::max();
  if (x < -708.0) return 0;
  const double rounded = x * kInverseLn2Times64 + kRounds;
  const double n = rounded - kRounds;
  const auto whole = static_cast<std::int32_t>(std::bit_cast<std::uint64_t>(rounded));
  const double r = (x - n * (kLn2High / 64)) - n * (kLn2Low / 64);
  // r^2/2 + ... + r^5/120 in pairs, which a processor works out side by side.
  const double r2 = r * r;
  const double above = r2 * ((1.0 / 2 + r * (1.0 / 6)) + r2 * (1.0 / 24 + r * (1.0 / 120)));
  const double power = kPowers[whole & 63];
  // The leading term is added last, where it costs no accuracy.
  return (power + power * (r + above)) * PowerOfTwo(whole >> 6);
}

// M. J. Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution", Applied
// Statistics 37 (1988): three rational approximations (its routine PPND16).
double NormalQuantile(double p) {
  static constexpr double kCentreOver[] = {3.3871328727963666080e0,  1.3314166789178437745e+2,
                                           1.9715909503065514427e+3, 1.3731693765509461125e+4,
                                           4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                           3.3430575583588128105e+4, 2.5090809287301226727e+3};
  static constexpr double kCentreUnder[] = {1.0,
                                            4.2313330701600911252e+1,
                                            6.8718700749205790830e+2,
                                            5.3941960214247511077e+3,
                                            2.1213794301586595867e+4,
                                            3.9307895800092710610e+4,
                                            2.8729085735721942674e+4,
                                            5.2264952788528545610e+3};
  static constexpr double kMiddleOver[] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                           5.76949722146069140550e0,  3.64784832476320460504e0,
                                           1.27045825245236838258e0,  2.41780725177450611770e-1,
                                           2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static constexpr double kMiddleUnder[] = {1.0,
                                            2.05319162663775882187e0,
                                            1.67638483018380384940e0,
                                            6.89767334985100004550e-1,
                                            1.48103976427480074590e-1,
                                            1.51986665636164571966e-2,
                                            5.47593808499534494600e-4,
                                            1.05075007164441684324e-9};
  static constexpr double kTailOver[] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                         1.78482653991729133580e0,  2.96560571828504891230e-1,
                                         2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                         2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr double kTailUnder[] = {1.0,
                                          5.99832206555887937690e-1,
                                          1.36929880922735805310e-1,
                                          1.48753612908506148525e-2,
                                          7.86869131145613259100e-4,
                                          1.84631831751005468180e-5,
                                          1.42151175831644588870e-7,
                                          2.04426310338993978564e-15};
  CNISIM_CHECK(p > 0 && p < 1, "a normal quantile is asked for strictly between 0 and 1");
  const double q = p - 0.5;
  if (std::abs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * Polynomial(kCentreOver, r) / Polynomial(kCentreUnder, r);
  }
  double r = std::sqrt(-Log(q < 0 ? p : 1 - p));  // sqrt is exactly rounded, unlike log
  double value = 0;
  if (r <= 5) {
    r -= 1.6;
    value = Polynomial(kMiddleOver, r) / Polynomial(kMiddleUnder, r);
  } else {
    r -= 5;
    value = Polynomial(kTailOver, r) / Polynomial(kTailUnder, r);
  }
  return q < 0 ? -value : value;
}

}  // namespace cnisim
