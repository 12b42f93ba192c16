// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.keyfile;

import io.peerkit.api.InvalidBytesException;

/**
 * What trying a passphrase costs.
 *
 * @param logN the binary logarithm of scrypt's N, {@value #MIN_LOG_N} to {@value #MAX_LOG_N}
 * @param p how often the work is done, 1 to {@value #MAX_P}
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7914#section-2">RFC 7914 section 2, scrypt parameters</a>
 */
record ScryptCost(int logN, int p) {
    /** The block size; N times r times 128 bytes are the memory, here N KiB. */
    static final int R = 8;

    static final int MIN_LOG_N = 10;

    /** 128 MiB. */
    static final int MAX_LOG_N = 17;

    static final int MAX_P = 8;

    /** 32 MiB, so that it fits small heaps, three times: as costly to an attacker as N = 2^17 once, by OWASP's table. */
    static final ScryptCost STANDARD = new ScryptCost(15, 3);

    ScryptCost {
        if (logN < MIN_LOG_N || logN > MAX_LOG_N || p < 1 || p > MAX_P) {
            throw new InvalidBytesException("scrypt cost of log-n " + logN + " and p " + p + ", must be " + MIN_LOG_N
                    + " to " + MAX_LOG_N + " and 1 to " + MAX_P);
        }
    }
}
