"""Spelling of texts that were read off pictures: dictionary, tokens, backends, rules, and frames of corrected texts."""
