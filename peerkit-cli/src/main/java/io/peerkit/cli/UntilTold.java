// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import java.util.concurrent.CompletableFuture;

/**
 * The life of a process that runs until {@code quit}, SIGTERM or Ctrl-C, and ends with exit code 0 after closing what it
 * holds.
 */
final class UntilTold {
    private final CompletableFuture<Integer> told = new CompletableFuture<>();
    private final Runnable close;

    /**
     * @param close closes everything; called twice at times, returns when everything is closed
     */
    UntilTold(Runnable close) {
        this.close = close;
    }

    /**
     * A life that signals end too. One a process: from then on the process ends by this one's word.
     *
     * @param close as for the constructor
     */
    static UntilTold orSignalled(Runnable close) {
        UntilTold lifetime = new UntilTold(close);
        Runtime.getRuntime().addShutdownHook(new Thread(lifetime::signalled, "peerkit-shutdown"));
        return lifetime;
    }

    /** Ends the process soon. */
    void end() {
        told.complete(0);
    }

    /** Waits until {@link #end}, closes, and gives the exit code. */
    int await() {
        int code = told.join();
        close.run();
        return code;
    }

    /** Runs at every end of the process, in a race with {@link #await} when it was told to end at the same time. */
    private void signalled() {
        told.complete(0);
        close.run();
        // The platform would report a signal as 143 or 130; a node that was asked to end and did has not failed.
        Runtime.getRuntime().halt(told.join());
    }
}
