// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Shows the demonstration: bars that move in a terminal, plain lines elsewhere. One thread at a time. */
final class DemoScreen {
    private static final int BAR_CELLS = 30;

    private final PrintStream out;
    private final boolean terminal;
    private final Map<String, String> rows = new LinkedHashMap<>();
    private int drawn;

    DemoScreen(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** A sentence that stays. */
    void say(String format, Object... arguments) {
        settle();
        out.printf(Locale.ROOT, format + "%n", arguments);
        out.flush();
    }

    /** The state of a peer: how many of the entries it has. */
    void peer(String name, String state, long has, long of) {
        int filled = of == 0 ? 0 : (int) Math.min(BAR_CELLS, has * BAR_CELLS / of);
        String bar = "#".repeat(filled) + ".".repeat(BAR_CELLS - filled);
        String row = String.format(Locale.ROOT, "  %-7s [%s] %6d / %-6d %s", name, bar, has, of, state);
        boolean news = !row.equals(rows.put(name, row));
        if (terminal) {
            redraw();
        } else if (news && (has == of || has == 0)) {
            out.println(row);
            out.flush();
        }
    }

    private void redraw() {
        if (drawn > 0) {
            out.print("\u001b[" + drawn + "A");
        }
        rows.values().forEach(row -> out.print("\u001b[2K" + row + "\n"));
        drawn = rows.size();
        out.flush();
    }

    private void settle() {
        rows.clear();
        drawn = 0;
    }
}
