// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

import io.peerkit.api.InvalidBytesException;
import java.io.StringReader;
import java.util.function.BiConsumer;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Reads the leaves of a document that a router sent. Declarations of types and entities are not followed. */
final class RouterXml {
    /** The deepest nesting; descriptions of gateways have 9. */
    static final int MAX_DEPTH = 32;

    /** The most elements; descriptions of gateways have some 200. */
    static final int MAX_ELEMENTS = 4_096;

    private static final XMLInputFactory FACTORY = factory();

    private RouterXml() {}

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        return factory;
    }

    /**
     * Tells every element that ends, with the text directly before its end.
     *
     * @param text the document; its length is bounded by {@link HttpAnswer#MAX_BYTES}
     * @param element is given local name and text
     * @throws InvalidBytesException when it is not well-formed, too deep or of too many elements
     */
    static void read(String text, BiConsumer<String, String> element) {
        try {
            XMLStreamReader in = FACTORY.createXMLStreamReader(new StringReader(text));
            try {
                read(in, element);
            } finally {
                in.close();
            }
        } catch (XMLStreamException e) {
            throw new InvalidBytesException("document of the router is not well-formed", e);
        }
    }

    private static void read(XMLStreamReader in, BiConsumer<String, String> element) throws XMLStreamException {
        int depth = 0;
        int elements = 0;
        String last = "";
        while (in.hasNext()) {
            switch (in.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    last = "";
                    if (++depth > MAX_DEPTH || ++elements > MAX_ELEMENTS) {
                        throw new InvalidBytesException("document of the router has " + elements + " elements, " + depth
                                + " deep, at most " + MAX_ELEMENTS + " and " + MAX_DEPTH);
                    }
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> last = in.getText();
                case XMLStreamConstants.END_ELEMENT -> {
                    depth--;
                    element.accept(in.getLocalName(), last.strip());
                    last = "";
                }
                case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
                    throw new InvalidBytesException("document of the router declares types or entities");
                default -> {
                    // comments, instructions and space say nothing
                }
            }
        }
    }
}
