// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import java.nio.file.Path;

/** What a node keeps in its data folder. */
final class DataFolder {
    private DataFolder() {}

    static Path database(Path folder) {
        return folder.resolve("peerkit.db");
    }

    static Path keys(Path folder) {
        return folder.resolve("peerkit.keys");
    }
}
