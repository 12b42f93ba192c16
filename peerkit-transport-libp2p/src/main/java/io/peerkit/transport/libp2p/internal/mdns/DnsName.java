// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.mdns;

import io.peerkit.api.InvalidBytesException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A domain name: labels of 1 to 63 bytes, held as ISO 8859-1 with ASCII in lower case, because names that differ in nothing but
 * case are equal (RFC 6762 §16).
 *
 * @param labels without the empty one at the end
 */
record DnsName(List<String> labels) {
    /** The longest label in bytes (RFC 1035 §2.3.4). */
    static final int MAX_LABEL_BYTES = 63;

    /** The longest name in bytes, lengths and the empty label included (RFC 1035 §2.3.4). */
    static final int MAX_BYTES = 255;

    DnsName {
        labels = labels.stream().map(DnsName::lowerCase).toList();
        int bytes = 1;
        for (String label : labels) {
            if (label.isEmpty() || label.length() > MAX_LABEL_BYTES) {
                throw new InvalidBytesException(
                        "label of " + label.length() + " bytes, must have 1 to " + MAX_LABEL_BYTES);
            }
            bytes += 1 + label.length();
        }
        if (bytes > MAX_BYTES) {
            throw new InvalidBytesException("name of " + bytes + " bytes, at most " + MAX_BYTES);
        }
    }

    /** A name whose labels have no dots in them. */
    static DnsName of(String text) {
        return new DnsName(List.of(text.split("\\.", -1)));
    }

    /** This name with a label in front. */
    DnsName child(String label) {
        ArrayList<String> all = new ArrayList<>(labels);
        all.add(0, label);
        return new DnsName(all);
    }

    /** Whether this is another name with one label in front. */
    boolean isChildOf(DnsName parent) {
        return labels.size() == parent.labels.size() + 1
                && labels.subList(1, labels.size()).equals(parent.labels);
    }

    /** ASCII letters only: a byte above 127 is not a letter of ISO 8859-1 here. */
    private static String lowerCase(String label) {
        byte[] bytes = label.getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] >= 'A' && bytes[i] <= 'Z') {
                bytes[i] = (byte) (bytes[i] + ('a' - 'A'));
            }
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @Override
    public String toString() {
        return String.join(".", labels);
    }
}
