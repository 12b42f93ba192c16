// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Finds a short part of a list that still fails, by leaving out ever smaller pieces: the algorithm ddmin. What it finds need
 * not be the shortest there is; but when it ends by itself, no single element can be left out.
 *
 * @see <a href="https://doi.org/10.1109/32.988498">Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input,
 *     2002</a>
 */
final class Shrinker {
    private final BooleanSupplier mayGoOn;
    private int runs;

    /**
     * @param mayGoOn is asked before each try
     */
    Shrinker(BooleanSupplier mayGoOn) {
        this.mayGoOn = mayGoOn;
    }

    /** How often it tried. */
    int runs() {
        return runs;
    }

    /**
     * Leaves out what it can.
     *
     * @param whole fails
     * @param fails whether a part, in the same order, fails still
     * @return a part that fails, or the whole
     */
    <T> List<T> shrink(List<T> whole, Predicate<List<T>> fails) {
        List<T> best = List.copyOf(whole);
        int pieces = 2;
        while (!best.isEmpty()) {
            int size = (best.size() + pieces - 1) / pieces;
            boolean shorter = false;
            for (int from = 0; from < best.size(); ) {
                if (!mayGoOn.getAsBoolean()) {
                    return best;
                }
                List<T> rest = without(best, from, Math.min(best.size(), from + size));
                runs++;
                if (fails.test(rest)) {
                    best = rest;
                    shorter = true;
                } else {
                    from += size;
                }
            }
            if (size == 1 && !shorter) {
                return best;
            }
            pieces = Math.max(1, Math.min(best.size(), 2 * pieces));
        }
        return best;
    }

    private static <T> List<T> without(List<T> list, int from, int to) {
        List<T> rest = new ArrayList<>(list.subList(0, from));
        rest.addAll(list.subList(to, list.size()));
        return List.copyOf(rest);
    }
}
