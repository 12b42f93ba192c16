// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import io.peerkit.api.storage.Storage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;

/**
 * The process that is killed: {@code CrashWriter OPENER PLACE}. Waits for a line with the number of the first batch, then opens the
 * store and writes batch after batch without end, several at once, and prints the number of each when it is acknowledged.
 *
 * <p>It waits first so that the next one can start while another is still at work. It ends by itself when nobody says anything.
 */
final class CrashWriter {
    /** Batches under way at once; together they make groups. */
    private static final int UNDER_WAY = 8;

    private CrashWriter() {}

    public static void main(String[] arguments) throws IOException, ReflectiveOperationException, InterruptedException {
        StoreOpener opener = Class.forName(arguments[0])
                .asSubclass(StoreOpener.class)
                .getDeclaredConstructor()
                .newInstance();
        String first;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            first = lines.readLine();
        }
        if (first != null) {
            write(opener, arguments[1], Integer.parseInt(first));
        }
    }

    private static void write(StoreOpener opener, String place, int first) throws InterruptedException {
        Semaphore underWay = new Semaphore(UNDER_WAY);
        try (Storage storage = opener.at(place).open()) {
            for (int number = first; true; number++) {
                int batch = number;
                underWay.acquire();
                var unused = storage.write(CrashWorkload.batch(batch)).whenComplete((added, failure) -> {
                    if (failure == null) {
                        System.out.println(batch);
                        underWay.release();
                    } else {
                        // Later batches must not be taken for done when an earlier one is not.
                        failure.printStackTrace();
                        Runtime.getRuntime().halt(1);
                    }
                });
                if (number % CrashWorkload.COMPACT_EVERY == CrashWorkload.COMPACT_EVERY - 1) {
                    var unusedToo = storage.compact();
                }
            }
        }
    }
}
