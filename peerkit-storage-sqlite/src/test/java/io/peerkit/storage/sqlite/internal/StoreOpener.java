// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import java.nio.file.Path;

/** A process that is killed while it opens a store: {@code StoreOpener FILE}. Says when it begins and when it is done. */
final class StoreOpener {
    private StoreOpener() {}

    public static void main(String[] arguments) {
        System.out.println("opening");
        SqliteStore.open(Path.of(arguments[0])).close();
        System.out.println("done");
    }
}
