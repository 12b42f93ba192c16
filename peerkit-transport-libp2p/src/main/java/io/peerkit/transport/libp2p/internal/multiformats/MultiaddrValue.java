// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.multiformats;

import io.peerkit.api.InvalidBytesException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;

/**
 * The forms of a multiaddr component's value. Both directions refuse what is malformed, and {@link #toText} of any
 * accepted bytes is read back to the same bytes.
 */
enum MultiaddrValue {
    /** The component has no value. */
    NONE {
        @Override
        byte[] toBytes(String text) {
            return new byte[0];
        }

        @Override
        String toText(byte[] bytes) {
            return "";
        }
    },
    IP4 {
        @Override
        byte[] toBytes(String text) {
            return IpText.parseIp4(text);
        }

        @Override
        String toText(byte[] bytes) {
            return IpText.printIp4(bytes, 0);
        }
    },
    IP6 {
        @Override
        byte[] toBytes(String text) {
            return IpText.parseIp6(text);
        }

        @Override
        String toText(byte[] bytes) {
            return IpText.printIp6(bytes);
        }
    },
    /** Two bytes, big-endian. */
    PORT {
        @Override
        byte[] toBytes(String text) {
            return port(text);
        }

        @Override
        String toText(byte[] bytes) {
            return Integer.toString(port(bytes, 0));
        }
    },
    /** One byte; IPv6 has no prefix of more than 128 bits. */
    PREFIX_BITS {
        @Override
        byte[] toBytes(String text) {
            return new byte[] {(byte) IpText.parseDecimal("ipcidr", text, 128)};
        }

        @Override
        String toText(byte[] bytes) {
            return Integer.toString(IpText.parseDecimal("ipcidr", Integer.toString(bytes[0] & 0xff), 128));
        }
    },
    /** UTF-8 without a slash, white space or control character. */
    NAME {
        @Override
        byte[] toBytes(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        String toText(byte[] bytes) {
            String text = utf8(bytes);
            if (text.isEmpty()
                    || text.codePoints()
                            .anyMatch(c -> c == '/' || Character.isWhitespace(c) || Character.isISOControl(c))) {
                throw new InvalidBytesException(
                        "name of " + bytes.length + " bytes is empty or has a slash, white space or control character");
            }
            return text;
        }
    },
    /** Any bytes; in text those that are not plain letters, digits or marks stand as {@code %2F}. */
    PATH {
        @Override
        byte[] toBytes(String text) {
            return percentDecode(text);
        }

        @Override
        String toText(byte[] bytes) {
            return percentEncode(bytes);
        }
    },
    PEER_ID {
        @Override
        byte[] toBytes(String text) {
            return PeerId.parse(text).toBytes();
        }

        @Override
        String toText(byte[] bytes) {
            return PeerId.fromBytes(bytes).toString();
        }
    },
    /** A multihash of any function, in multibase. */
    MULTIHASH {
        @Override
        byte[] toBytes(String text) {
            return Multibase.decode(text);
        }

        @Override
        String toText(byte[] bytes) {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            Varint.read(in);
            long length = Varint.read(in);
            if (length != in.remaining() || length == 0) {
                throw new InvalidBytesException(
                        "certhash states " + length + " bytes, " + in.remaining() + " follow, at least 1 must");
            }
            return Multibase.encodeBase64Url(bytes);
        }
    },
    /** The address and a port, {@code 16 characters:port}. */
    ONION {
        @Override
        byte[] toBytes(String text) {
            return onion(text, 10);
        }

        @Override
        String toText(byte[] bytes) {
            return onion(bytes);
        }
    },
    /** The address and a port, {@code 56 characters:port}. */
    ONION3 {
        @Override
        byte[] toBytes(String text) {
            return onion(text, 35);
        }

        @Override
        String toText(byte[] bytes) {
            return onion(bytes);
        }
    },
    /** An I2P destination in I2P's own base 64, which has {@code -} and {@code ~} for {@code +} and {@code /}. */
    GARLIC64 {
        @Override
        byte[] toBytes(String text) {
            try {
                byte[] bytes = Base64.getDecoder().decode(text.replace('-', '+').replace('~', '/'));
                if (!toText(bytes).equals(text)) {
                    throw new InvalidBytesException("garlic64 of " + text.length() + " characters is not canonical");
                }
                return bytes;
            } catch (IllegalArgumentException e) {
                throw new InvalidBytesException("garlic64 of " + text.length() + " characters is malformed", e);
            }
        }

        @Override
        String toText(byte[] bytes) {
            if (bytes.length < MIN_I2P_DESTINATION_BYTES) {
                throw new InvalidBytesException(
                        "garlic64 of " + bytes.length + " bytes, at least " + MIN_I2P_DESTINATION_BYTES);
            }
            return Base64.getEncoder().encodeToString(bytes).replace('+', '-').replace('/', '~');
        }
    },
    /** The hash of an I2P destination, 32 bytes, or 35 and more when it is encrypted. */
    GARLIC32 {
        @Override
        byte[] toBytes(String text) {
            return Base32.decode(text);
        }

        @Override
        String toText(byte[] bytes) {
            if (bytes.length < 35 && bytes.length != 32) {
                throw new InvalidBytesException("garlic32 of " + bytes.length + " bytes, must be 32 or at least 35");
            }
            return Base32.encode(bytes);
        }
    };

    private static final int MIN_I2P_DESTINATION_BYTES = 386;
    private static final int PORT_BYTES = 2;

    /** Marks that stand for themselves in a path, as {@code encodeURIComponent} leaves them. */
    private static final String PLAIN_MARKS = "-_.!~*'()";

    /** Reads the text form; the result is checked by {@link #toText}. */
    abstract byte[] toBytes(String text);

    /** Writes the canonical text of a value whose length is right for its protocol. */
    abstract String toText(byte[] bytes);

    private static byte[] port(String text) {
        int port = IpText.parseDecimal("port", text, 65_535);
        return new byte[] {(byte) (port >> 8), (byte) port};
    }

    private static int port(byte[] bytes, int offset) {
        return (bytes[offset] & 0xff) << 8 | (bytes[offset + 1] & 0xff);
    }

    private static byte[] onion(String text, int addressBytes) {
        int colon = text.indexOf(':');
        byte[] address = Base32.decode(text.substring(0, Math.max(colon, 0)).toLowerCase(Locale.ROOT));
        if (address.length != addressBytes) {
            throw new InvalidBytesException("onion address of " + address.length + " bytes, must be " + addressBytes);
        }
        byte[] bytes = Arrays.copyOf(address, addressBytes + PORT_BYTES);
        System.arraycopy(port(text.substring(colon + 1)), 0, bytes, addressBytes, PORT_BYTES);
        return bytes;
    }

    private static String onion(byte[] bytes) {
        int addressBytes = bytes.length - PORT_BYTES;
        int port = port(bytes, addressBytes);
        if (port == 0) {
            throw new InvalidBytesException("onion port 0, must be 1 to 65535");
        }
        return Base32.encode(Arrays.copyOf(bytes, addressBytes)) + ":" + port;
    }

    private static String utf8(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidBytesException("name of " + bytes.length + " bytes is not UTF-8", e);
        }
    }

    private static byte[] percentDecode(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < utf8.length; i++) {
            if (utf8[i] != '%') {
                bytes.write(utf8[i]);
                continue;
            }
            if (i + 2 >= utf8.length || !HexFormat.isHexDigit(utf8[i + 1]) || !HexFormat.isHexDigit(utf8[i + 2])) {
                throw new InvalidBytesException("path has a % without two hexadecimal digits at " + i);
            }
            bytes.write((HexFormat.fromHexDigit(utf8[i + 1]) << 4) | HexFormat.fromHexDigit(utf8[i + 2]));
            i += 2;
        }
        return bytes.toByteArray();
    }

    private static String percentEncode(byte[] bytes) {
        if (bytes.length == 0) {
            throw new InvalidBytesException("path is empty");
        }
        StringBuilder text = new StringBuilder(bytes.length);
        for (byte next : bytes) {
            boolean letter = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z');
            if (letter || (next >= '0' && next <= '9') || PLAIN_MARKS.indexOf(next) >= 0) {
                text.append((char) next);
            } else {
                text.append('%').append(HexFormat.of().withUpperCase().toHexDigits(next));
            }
        }
        return text.toString();
    }
}
