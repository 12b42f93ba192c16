// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import java.util.Locale;

/** Figures as people read them. */
final class SimText {
    private SimText() {}

    static String percent(double share) {
        double percent = 100 * share;
        return small(percent) + " %";
    }

    static String count(double value) {
        return String.format(Locale.ROOT, "%,.0f", value);
    }

    static String small(double value) {
        return Math.abs(value - Math.rint(value)) < 1e-6 || Math.abs(value) >= 100
                ? count(value)
                : String.format(Locale.ROOT, Math.abs(value) >= 10 ? "%.1f" : "%.2g", value);
    }

    static String bytes(double value) {
        if (value >= 1e9) {
            return small(value / 1e9) + " GB";
        }
        if (value >= 1e6) {
            return small(value / 1e6) + " MB";
        }
        return value >= 1e3 ? small(value / 1e3) + " kB" : small(value) + " B";
    }

    static String seconds(double value) {
        return String.format(Locale.ROOT, "%,.0f s", value);
    }
}
