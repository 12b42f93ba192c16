// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** The figures of {@code peerkit inspect} for people. */
final class InspectText {
    private InspectText() {}

    /** Prints single figures first, then a table for each list. */
    static void print(ObjectNode figures, PrintStream out) {
        figures.properties().forEach(field -> {
            if (field.getValue().isValueNode()) {
                out.printf(
                        "%-14s %s%n",
                        field.getKey(),
                        field.getValue().isNull() ? "sealed" : field.getValue().asText());
            }
        });
        figures.properties().forEach(field -> {
            JsonNode value = field.getValue();
            if (!value.isValueNode() && !value.isEmpty()) {
                out.printf("%n%s%n", field.getKey());
                if (value.isArray()) {
                    value.forEach(share -> share(share, out));
                } else {
                    value.properties()
                            .forEach(each -> out.printf(
                                    "  %-64s %12s%n",
                                    each.getKey(), each.getValue().asText()));
                }
            }
        });
    }

    private static void share(JsonNode share, PrintStream out) {
        List<String> fields = new ArrayList<>();
        share.elements().forEachRemaining(each -> fields.add(each.asText()));
        out.printf("  %-64s %12s entries %15s bytes%n", fields.get(0), fields.get(1), fields.get(2));
    }
}
