// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.multiformats;

import io.peerkit.api.InvalidBytesException;

/**
 * IP addresses as text. The JDK's own parser is not used: it takes numbers such as {@code 127.1} and asks the name
 * service for what it does not understand.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc4291#section-2.2">RFC 4291, section 2.2</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc5952">RFC 5952</a>
 */
final class IpText {
    private static final int IP4_BYTES = 4;
    private static final int IP6_BYTES = 16;
    private static final int IP6_GROUPS = 8;

    /** The longest text of an IPv6 address in characters: six groups and a dotted quad. */
    private static final int MAX_IP6_CHARACTERS = 45;

    private IpText() {}

    static byte[] parseIp4(String text) {
        String[] parts = text.split("\\.", IP4_BYTES + 1);
        if (parts.length != IP4_BYTES) {
            throw invalid("ip4", text);
        }
        byte[] bytes = new byte[IP4_BYTES];
        for (int i = 0; i < IP4_BYTES; i++) {
            bytes[i] = (byte) parseDecimal("ip4", parts[i], 255);
        }
        return bytes;
    }

    static String printIp4(byte[] bytes, int offset) {
        return (bytes[offset] & 0xff) + "." + (bytes[offset + 1] & 0xff) + "." + (bytes[offset + 2] & 0xff) + "."
                + (bytes[offset + 3] & 0xff);
    }

    /** Reads digits without sign or leading zero. */
    static int parseDecimal(String field, String text, int max) {
        int value = 0;
        for (int i = 0; i < text.length() && value <= max; i++) {
            char digit = text.charAt(i);
            if (digit < '0' || digit > '9' || (digit == '0' && i == 0 && text.length() > 1)) {
                throw invalid(field, text);
            }
            value = 10 * value + digit - '0';
        }
        if (text.isEmpty() || value > max) {
            throw invalid(field, text);
        }
        return value;
    }

    static byte[] parseIp6(String text) {
        if (text.length() > MAX_IP6_CHARACTERS) {
            throw invalid("ip6", text);
        }
        int gap = text.indexOf("::");
        if (gap < 0) {
            return join(text, groups(text, text), new byte[0]);
        }
        return join(text, groups(text, text.substring(0, gap)), groups(text, text.substring(gap + 2)));
    }

    private static byte[] join(String text, byte[] head, byte[] tail) {
        boolean hasGap = text.contains("::");
        int length = head.length + tail.length;
        // A gap stands for at least one group.
        if (hasGap ? length > IP6_BYTES - 2 : length != IP6_BYTES) {
            throw invalid("ip6", text);
        }
        byte[] bytes = new byte[IP6_BYTES];
        System.arraycopy(head, 0, bytes, 0, head.length);
        System.arraycopy(tail, 0, bytes, IP6_BYTES - tail.length, tail.length);
        return bytes;
    }

    /** Reads groups between colons, the last of which may be a dotted quad when it ends the address. */
    private static byte[] groups(String whole, String text) {
        if (text.isEmpty()) {
            return new byte[0];
        }
        String[] parts = text.split(":", -1);
        String last = parts[parts.length - 1];
        boolean quad = last.indexOf('.') >= 0 && whole.endsWith(last);
        int groups = quad ? parts.length - 1 : parts.length;
        byte[] bytes = new byte[2 * groups + (quad ? IP4_BYTES : 0)];
        for (int i = 0; i < groups; i++) {
            int group = parseGroup(whole, parts[i]);
            bytes[2 * i] = (byte) (group >> 8);
            bytes[2 * i + 1] = (byte) group;
        }
        if (quad) {
            System.arraycopy(parseIp4(last), 0, bytes, 2 * groups, IP4_BYTES);
        }
        return bytes;
    }

    private static int parseGroup(String whole, String digits) {
        if (digits.isEmpty() || digits.length() > 4) {
            throw invalid("ip6", whole);
        }
        int group = 0;
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw invalid("ip6", whole);
            }
            group = (group << 4) | digit;
        }
        return group;
    }

    /** Writes the form of RFC 5952: the longest run of zero groups is left out, mapped IPv4 is a dotted quad. */
    static String printIp6(byte[] bytes) {
        int[] groups = new int[IP6_GROUPS];
        for (int i = 0; i < IP6_GROUPS; i++) {
            groups[i] = (bytes[2 * i] & 0xff) << 8 | (bytes[2 * i + 1] & 0xff);
        }
        int gapStart = -1;
        int gapLength = 1; // a single zero group is not worth a gap
        for (int i = 0; i < IP6_GROUPS; i++) {
            int run = 0;
            while (i + run < IP6_GROUPS && groups[i + run] == 0) {
                run++;
            }
            if (run > gapLength) {
                gapStart = i;
                gapLength = run;
            }
        }
        if (gapStart == 0 && gapLength == 5 && groups[5] == 0xffff) {
            return "::ffff:" + printIp4(bytes, IP6_BYTES - IP4_BYTES);
        }
        if (gapStart < 0) {
            return printGroups(groups, 0, IP6_GROUPS);
        }
        return printGroups(groups, 0, gapStart) + "::" + printGroups(groups, gapStart + gapLength, IP6_GROUPS);
    }

    private static String printGroups(int[] groups, int from, int to) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < to; i++) {
            text.append(i == from ? "" : ":").append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }

    private static InvalidBytesException invalid(String field, String text) {
        String shown = text.length() > 64 ? text.substring(0, 64) + "…" : text;
        return new InvalidBytesException(field + " \"" + shown + "\" is malformed or out of range");
    }
}
