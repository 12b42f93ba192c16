// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import org.jspecify.annotations.Nullable;

/** A check of an experiment failed. */
final class CheckFailure extends AssertionError {
    private static final long serialVersionUID = 1L;

    private final String check;

    /**
     * @param check its name: two failures of one check count as the same when a schedule is cut short
     * @param message what does not hold
     * @param cause why, if something was thrown
     */
    CheckFailure(String check, @Nullable String message, @Nullable Throwable cause) {
        super(check + ": " + message, cause);
        this.check = check;
    }

    String check() {
        return check;
    }
}
