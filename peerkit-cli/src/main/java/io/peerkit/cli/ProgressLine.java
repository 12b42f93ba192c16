// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.api.SyncProgress;
import java.io.PrintStream;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Draws a node's progress: on a terminal one line that changes, elsewhere a line when there is nothing left to do.
 *
 * <pre>{@code
 *   [############------------] 1,234 of 2,468 entries, 12 to send, in sync with 1 of 3 peers
 * }</pre>
 *
 * <p>Safe for use by any thread.
 */
final class ProgressLine {
    private static final int WIDTH = 24;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());

    private final PrintStream out;
    private final boolean terminal;
    private int drawn;
    private String last = "";

    /**
     * @param terminal whether a line can be drawn over
     */
    ProgressLine(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Shows the present state. */
    synchronized void show(SyncProgress progress) {
        SyncProgress.Counts sum = progress.total();
        boolean working = sum.missing() > 0 || sum.owed() > 0;
        String text = working ? bar(sum) + sync(progress) : sync(progress);
        if (terminal && working) {
            String blanks = " ".repeat(Math.max(0, drawn - text.length()));
            out.print("\r" + text + blanks);
            out.flush();
            drawn = text.length();
        } else if (!working && !text.equals(last)) {
            println(text);
            last = text;
        }
    }

    /** Prints a line that stays. */
    synchronized void println(String text) {
        out.println((drawn > 0 ? "\r" + " ".repeat(drawn) + "\r" : "") + text);
        drawn = 0;
    }

    private static String bar(SyncProgress.Counts sum) {
        long all = sum.done() + sum.missing();
        int full = all == 0 ? WIDTH : (int) (WIDTH * sum.done() / all);
        String owed = sum.owed() == 0 ? "" : String.format(Locale.ROOT, "%,d to send, ", sum.owed());
        return "[" + "#".repeat(full) + "-".repeat(WIDTH - full) + "] "
                + String.format(Locale.ROOT, "%,d of %,d entries, ", sum.done(), all) + owed;
    }

    private static String sync(SyncProgress progress) {
        String since = progress.since().map(at -> " since " + TIME.format(at)).orElse("");
        return "in sync with " + progress.inSync() + " of " + progress.connected() + " peers" + since;
    }
}
