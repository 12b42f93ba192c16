// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import java.io.IOException;

/** One workload. */
interface Benchmark {
    /**
     * Measures.
     *
     * @param folder for files, removed afterwards
     * @param runs measured runs; a warm-up comes before them
     * @param report takes the figures
     */
    void run(BenchFolder folder, int runs, BenchReport report) throws IOException;
}
