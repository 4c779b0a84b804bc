#pragma once

/// @file
/// Least squares inside bounds, and its robust non-linear form: what fits cost coefficients to
/// measurements that contradict each other, without leaving the ranges that sources give.
///
/// Deterministic: no random start, no dependence on thread or platform beyond IEEE 754.

#include <functional>
#include <vector>

#include <Eigen/Core>

namespace cnisim::validation {

/// min |A x - b|^2  with  low <= x <= high, exactly (active-set method of Stark and Parker,
/// "Bounded-variable least squares", 1995).
/// @param A     (measurements x coefficients)
/// @param low   (coefficients); may be -infinity
/// @param high  (coefficients); may be +infinity
/// @pre A.rows() == b.size(), A.cols() == low.size() == high.size(), low <= high
Eigen::VectorXd SolveBoundedLinear(const Eigen::MatrixXd& A, const Eigen::VectorXd& b,
                                   const Eigen::VectorXd& low, const Eigen::VectorXd& high);

/// Residuals of a model at x and, if `jacobian` is not null, their derivatives
/// (residuals x coefficients).
using ResidualFunction = std::function<void(const Eigen::VectorXd& x, Eigen::VectorXd& residuals,
                                            Eigen::MatrixXd* jacobian)>;

struct RobustProblem {
  ResidualFunction evaluate;
  Eigen::VectorXd start;  ///< moved into the bounds first
  Eigen::VectorXd low;
  Eigen::VectorXd high;
  /// Residual from which a measurement counts linearly instead of quadratically (Huber's loss), in
  /// the residuals' unit.
  double huber_scale = 1.0;
};

struct RobustSolution {
  Eigen::VectorXd x;
  /// From the Gauss-Newton Hessian of the coefficients that are not at a bound; 0 at a bound,
  /// infinite where no measurement informs the coefficient.
  Eigen::VectorXd standard_error;
  std::vector<bool> at_bound;  ///< [coefficient]
  std::vector<bool> informed;  ///< [coefficient] false: no residual depends on it
  double cost = 0;             ///< sum of Huber losses
  int iterations = 0;
  bool converged = false;
};

/// min sum huber(r_i(x))  with  low <= x <= high, by Levenberg-Marquardt steps that are bounded
/// linear problems themselves; ends in a point where no step inside the bounds improves.
RobustSolution SolveBoundedRobust(const RobustProblem& problem, int max_iterations = 200);

}  // namespace cnisim::validation
